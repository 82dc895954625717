/**
 * Ports opened at the router on request: PCP (RFC 6887), NAT-PMP (RFC 6886) and UPnP-IGD, as far as one UDP port over IPv4
 * needs them.
 *
 * <p>Core: bytes and time come in as arguments, HTTP included. Whoever owns the sockets sends datagrams and makes HTTP
 * exchanges as {@link org.peervpn.nat.portmap.PortMapping} asks.
 */
@NullMarked
package org.peervpn.nat.portmap;

import org.jspecify.annotations.NullMarked;
