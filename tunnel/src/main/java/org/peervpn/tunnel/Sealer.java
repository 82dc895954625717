package org.peervpn.tunnel;

import java.nio.ByteBuffer;
import org.peervpn.tunnel.crypto.Aead;
import org.peervpn.tunnel.crypto.AeadKey;
import org.peervpn.tunnel.crypto.AeadProvider;

/**
 * Seals packets beside the loop. Each thread has its own.
 *
 * <ol>
 *   <li>The lane's current keypair is acquired, so that its keys stay while they are used.
 *   <li>It gives a counter, which no other thread gets.
 *   <li>The packet is padded and sealed into the datagram, at best straight from one direct buffer into the other.
 *   <li>The lane takes the stamps that drive the peer's timers.
 * </ol>
 */
public final class Sealer {

    /** Bytes that a datagram may be longer than its packet: header 16, padding up to 15, tag 16. */
    public static final int MAX_OVERHEAD = 47;

    private final Aead aead;

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
        int content = start + TransportData.HEADER_LENGTH;
        int end = content + padded + Aead.TAG_LENGTH;
        if (end > datagram.limit()) {
            throw new IllegalArgumentException("a packet of " + packetBytes + " bytes does not fit the datagram");
        }
        long counter = keypair.nextCounter();
        TransportData.putHeader(datagram, keypair.remoteIndex(), counter);
        AeadKey key = keypair.sendKey();
        if (padded == packetBytes && packet.isDirect() && datagram.isDirect()) {
            aead.sealWithNonce(key, counter, packet, packet.position(), padded, datagram, content);
            packet.position(packet.limit());
        } else {
            datagram.position(content).put(packet);
            while (datagram.position() < content + padded) {
                datagram.put((byte) 0);
            }
            sealInPlace(key, counter, datagram, content, padded);
        }
        datagram.position(end);
        return end - start;
    }

    private void sealInPlace(AeadKey key, long counter, ByteBuffer datagram, int content, int length) {
        if (datagram.isDirect()) {
            aead.sealWithNonce(key, counter, datagram, content, length, datagram, content);
        } else {
            int offset = datagram.arrayOffset() + content;
            aead.sealWithNonce(key, counter, Aead.NO_ASSOCIATED_DATA, datagram.array(), offset, length);
        }
    }
}
