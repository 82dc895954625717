package org.peervpn.tunnel;

import java.nio.ByteBuffer;

/** Seals packets beside the loop. Each thread has its own. */
public final class Sealer {

    /** Bytes that a datagram may be longer than its packet: header 16, padding up to 15, tag 16. */
    public static final int MAX_OVERHEAD = 47;

    /**
     * Appends the transport message to {@code datagram} and advances it; {@code packet} is consumed.
     *
     * @return false if there is no usable keypair (or it is exhausted): nothing was written or consumed, and the packet
     *     has to be given to {@link Tunnel#sendPacket} on the loop
     */
    public boolean seal(Lane lane, ByteBuffer packet, ByteBuffer datagram, long nowNanos) {
        throw new IllegalStateException("stub");
    }
}
