package org.peervpn.node.runtime;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.NodeCore;
import org.peervpn.tunnel.DropReason;
import org.peervpn.tunnel.Lane;
import org.peervpn.tunnel.Path;
import org.peervpn.tunnel.TransportReceiver;
import org.peervpn.tunnel.tun.Tun;
import org.peervpn.tunnel.udp.UdpPort;

/**
 * The way of packets to this machine, on a worker's thread: (1) transport data is opened; (2) a packet passes if its inner
 * source is its peer's; (3) the batch goes to the worker's queue of the TUN. All else goes to the loop: control messages,
 * what guests send, what is to be dropped for its content, and the rare datagram that is no transport data.
 */
final class InboundPath implements UdpPort.Receiver, TransportReceiver.Output {
    private static final int MAX_PAYLOADS = 256;

    /** Rare, unless somebody makes them look like transport data to the kernel. */
    private static final int MAX_DATAGRAMS = 16;

    private final Engine engine;
    private final NodeCore core;
    private final BatchClock clock;
    private final TransportReceiver receiver;
    private final Handover payloadsToLoop;
    private final Handover datagramsToLoop;
    private volatile Tun.@Nullable Writer toTun; // null until there is a TUN

    InboundPath(Engine engine) {
        this.engine = engine;
        this.core = engine.sharedCore();
        this.clock = new BatchClock(engine::nowNanos);
        this.receiver = core.newReceiver(this);
        this.payloadsToLoop = new Handover(engine, MAX_PAYLOADS);
        this.datagramsToLoop = new Handover(engine, MAX_DATAGRAMS);
    }

    /** Any thread, once; the writer is the worker's from then on. */
    void writeTo(Tun.Writer writer) {
        toTun = writer;
    }

    @Override
    public void received(Path source, ByteBuffer datagram) {
        if (engine.isStarted() && !receiver.receive(source, datagram, clock.nowNanos())) {
            datagramsToLoop.give(datagram, copy -> engine.receive(source, copy));
        }
    }

    @Override
    public void received(Lane lane, ByteBuffer payload) {
        Tun.Writer writer = toTun;
        // Asked for each packet: one of a peer that the loop has forgotten must not pass.
        if (writer != null && core.passes(lane, payload)) {
            writer.write(payload);
        } else {
            payloadsToLoop.give(payload, copy -> core.receivePayload(lane, copy, engine.nowNanos()));
        }
    }

    @Override
    public void dropped(DropReason reason) {
        core.drops().count(reason);
    }

    @Override
    public void batchEnded() {
        clock.batchEnded();
        Tun.Writer writer = toTun;
        if (writer != null) {
            writer.flush();
        }
    }
}
