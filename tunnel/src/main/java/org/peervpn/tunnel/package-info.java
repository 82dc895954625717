/**
 * The WireGuard protocol: handshakes, keypairs, transport data and timers of one node and its peers.
 *
 * <p>Core: bytes and time come in as arguments, results leave through {@link org.peervpn.tunnel.TunnelOutput}. It knows
 * no socket, no thread and no clock. One thread (the loop) calls {@link org.peervpn.tunnel.Tunnel}; other threads may
 * seal packets beside it with a {@link org.peervpn.tunnel.Sealer} of their own, and open them with a {@link
 * org.peervpn.tunnel.TransportReceiver}.
 */
@NullMarked
package org.peervpn.tunnel;

import org.jspecify.annotations.NullMarked;
