/**
 * Edge: the node on its machine. Threads, sockets, devices, files and clocks around the core.
 *
 * <p>Threads: the <em>loop</em> owns the core and the UDP port; the TUN's own thread seals packets; the <em>machine</em>
 * thread changes routes and firewall and may block; control connections have a small pool.
 */
@NullMarked
package org.peervpn.node.runtime;

import org.jspecify.annotations.NullMarked;
