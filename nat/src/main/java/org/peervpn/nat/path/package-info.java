/**
 * Finds the direct path to a peer: candidates, authenticated checks, bursts and silences, port prediction and spraying.
 *
 * <p>Core: bytes and time come in as arguments. It only finds and chooses; WireGuard's handshake and data own liveness.
 */
@NullMarked
package org.peervpn.nat.path;

import org.jspecify.annotations.NullMarked;
