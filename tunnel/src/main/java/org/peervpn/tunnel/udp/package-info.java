/** Edge: the node's one UDP port, on Netty. Carries bytes between the kernel and the loop, and decides nothing. */
@NullMarked
package org.peervpn.tunnel.udp;

import org.jspecify.annotations.NullMarked;
