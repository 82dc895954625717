package org.peervpn.tunnel;

import java.nio.ByteBuffer;
import org.peervpn.tunnel.crypto.AeadKey;

/**
 * What a handshake yields: the transport keys, as seen from one side, and the hash over all that was said (Noise
 * specification, section 11.2), which is the same on both sides and no secret.
 */
record SessionKeys(AeadKey send, AeadKey receive, ByteBuffer handshakeHash) {}
