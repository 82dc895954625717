/**
 * The primitives of the WireGuard paper, section 5.4: X25519, BLAKE2s, HKDF, ChaCha20-Poly1305 and XChaCha20-Poly1305.
 *
 * <p>Core: pure functions of their arguments. It knows nothing of messages, peers or time.
 */
@NullMarked
package org.peervpn.tunnel.crypto;

import org.jspecify.annotations.NullMarked;
