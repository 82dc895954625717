package org.peervpn.tunnel;

import java.nio.ByteBuffer;

/**
 * Receives transport data beside the loop. Each thread has its own.
 *
 * <ol>
 *   <li>The receiver index tells the keypair, which is acquired; the tag is checked, and then the replay filter.
 *   <li>The lane takes the stamps that drive the peer's timers.
 *   <li>What only the loop may conclude is left for it: another path, and that a keypair is confirmed. It is woken once for
 *       that, however many datagrams say so.
 *   <li>The payload goes to the output.
 * </ol>
 */
public final class TransportReceiver {

    /** What comes of it. Called inside {@link #receive}, on its thread. */
    public interface Output {
        /** An authentic, fresh payload that is not empty; its padding is still there. Whose address it bears is unchecked. */
        void received(Lane lane, ByteBuffer payload);

        void dropped(DropReason reason);
    }

    private final TransportOpener opener;
    private final Output output;

    TransportReceiver(ReceiverTable table, Output output) {
        this.opener = new TransportOpener(table, output::dropped);
        this.output = output;
    }

    /**
     * A datagram from that side. May be changed during the call, its position and limit, too.
     *
     * @return false if it is no transport data: nothing was changed, and it is for {@link Tunnel#receiveDatagram} on the
     *     loop
     */
    public boolean receive(Path source, ByteBuffer datagram, long nowNanos) {
        if (!TransportData.isTransportData(datagram)) {
            return false;
        }
        int datagramBytes = datagram.remaining();
        ReceiverTable.Entry receiver = opener.openBesideLoop(datagram, nowNanos);
        Keypair keypair = receiver == null ? null : receiver.keypair();
        if (receiver == null || keypair == null) {
            return true;
        }
        Lane lane = receiver.peer().lane();
        lane.receivedBesideLoop(source, keypair, datagram.remaining(), datagramBytes, nowNanos);
        if (datagram.hasRemaining()) {
            output.received(lane, datagram);
        }
        return true;
    }
}
