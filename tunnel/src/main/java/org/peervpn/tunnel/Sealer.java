package org.peervpn.tunnel;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.peervpn.tunnel.crypto.Aead;
import org.peervpn.tunnel.crypto.AeadProvider;

/**
 * Seals packets beside the loop. Each thread has its own.
 *
 * <ol>
 *   <li>The lane's current keypair is acquired, so that its keys stay while they are used.
 *   <li>It gives a counter, which no other thread gets.
 *   <li>The packet is padded and sealed: in the datagram's array, or by way of an array of ours if it has none.
 *   <li>The lane takes the stamps that drive the peer's timers.
 * </ol>
 */
public final class Sealer {

    /** Bytes that a datagram may be longer than its packet: header 16, padding up to 15, tag 16. */
    public static final int MAX_OVERHEAD = 47;

    private static final int MAX_DATAGRAM = 65_535;

    private final Aead aead;
    private byte[] scratch = {};

    public Sealer() {
        this(AeadProvider.chosen());
    }

    Sealer(AeadProvider provider) {
        aead = provider.newAead();
    }

    /**
     * Appends the transport message to {@code datagram} and advances it; {@code packet} is consumed.
     *
     * @return false if there is no usable keypair (or it is exhausted): nothing was written or consumed, and the packet
     *     has to be given to {@link Tunnel#sendPacket} on the loop
     */
    public boolean seal(Lane lane, ByteBuffer packet, ByteBuffer datagram, long nowNanos) {
        Keypair keypair = lane.current();
        if (keypair == null || !keypair.tryAcquire()) {
            return false;
        }
        try {
            if (!keypair.canSeal(nowNanos)) {
                return false;
            }
            int packetBytes = packet.remaining();
            int datagramBytes = seal(keypair, packet, datagram);
            lane.sentTransport(keypair, packetBytes, datagramBytes, nowNanos);
            return true;
        } finally {
            keypair.release();
        }
    }

    private int seal(Keypair keypair, ByteBuffer packet, ByteBuffer datagram) {
        int packetBytes = packet.remaining();
        int padded = TransportData.paddedLength(packetBytes);
        int start = datagram.position();
        int end = start + TransportData.HEADER_LENGTH + padded + Aead.TAG_LENGTH;
        if (end > datagram.limit()) {
            throw new IllegalArgumentException("a packet of " + packetBytes + " bytes does not fit the datagram");
        }
        long counter = keypair.nextCounter();
        TransportData.putHeader(datagram, keypair.remoteIndex(), counter);
        if (datagram.hasArray()) {
            int offset = datagram.arrayOffset() + start + TransportData.HEADER_LENGTH;
            seal(keypair, counter, packet, padded, datagram.array(), offset);
        } else {
            byte[] array = scratch(padded + Aead.TAG_LENGTH);
            seal(keypair, counter, packet, padded, array, 0);
            datagram.put(start + TransportData.HEADER_LENGTH, array, 0, padded + Aead.TAG_LENGTH);
        }
        datagram.position(end);
        return end - start;
    }

    private void seal(Keypair keypair, long counter, ByteBuffer packet, int padded, byte[] array, int offset) {
        int packetBytes = packet.remaining();
        packet.get(array, offset, packetBytes);
        Arrays.fill(array, offset + packetBytes, offset + padded, (byte) 0);
        aead.sealWithNonce(keypair.sendKey(), counter, Aead.NO_ASSOCIATED_DATA, array, offset, padded);
    }

    private byte[] scratch(int length) {
        if (scratch.length < length) {
            scratch = new byte[Math.max(length, Math.min(2 * length, MAX_DATAGRAM))];
        }
        return scratch;
    }
}
