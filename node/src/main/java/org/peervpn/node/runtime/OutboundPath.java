package org.peervpn.node.runtime;

import java.nio.ByteBuffer;
import java.util.function.LongSupplier;
import org.peervpn.node.DropCount.Reason;
import org.peervpn.node.NodeCore;
import org.peervpn.node.Unreachable;
import org.peervpn.tunnel.Lane;
import org.peervpn.tunnel.Path;
import org.peervpn.tunnel.Sealer;
import org.peervpn.tunnel.tun.Tun;
import org.peervpn.tunnel.udp.UdpPort;

/**
 * The way of packets from this machine, on a thread of the TUN's: (1) the destination tells the lane; (2) the lane's keypair
 * seals, into the buffer of the datagram; (3) the datagrams leave by the lanes' paths. What has no keypair or no path yet
 * goes to the loop, which stages it and begins a handshake; what has no lane is refused.
 */
final class OutboundPath implements Tun.Reader {
    private static final int MAX_HANDED_OVER = 256;

    private final NodeCore core;
    private final LongSupplier nowNanos;
    private final BatchClock clock;
    private final UdpPort.Writer datagrams;
    private final Tun.Writer toTun;
    private final Runnable onLost;
    private final Sealer sealer = new Sealer();
    private final Unreachable unreachable = new Unreachable();
    private final Handover toLoop;

    /** Of one queue of the TUN, which has a worker of its own if there are workers. */
    OutboundPath(Engine engine, Tun tun, int queue, Runnable onLost) {
        this.onLost = onLost;
        this.core = engine.sharedCore();
        this.nowNanos = engine::nowNanos;
        this.clock = new BatchClock(nowNanos);
        this.datagrams = engine.port().newWriter(queue);
        this.toTun = tun.newWriter(queue);
        this.toLoop = new Handover(engine, MAX_HANDED_OVER);
    }

    @Override
    public void read(ByteBuffer packet) {
        Lane lane = core.allowedIps().lookupDestination(packet);
        if (lane == null) {
            refuse(packet, clock.nowNanos());
            return;
        }
        Path path = lane.path();
        if (path != null) {
            ByteBuffer datagram = datagrams.buffer(packet.remaining() + Sealer.MAX_OVERHEAD);
            if (sealer.seal(lane, packet, datagram, clock.nowNanos())) {
                datagrams.send(path);
                return;
            }
        }
        toLoop.give(packet, copy -> core.sendPacket(copy, nowNanos.getAsLong()));
    }

    @Override
    public void flush() {
        clock.batchEnded();
        try {
            datagrams.flush();
        } finally {
            toTun.flush();
        }
    }

    @Override
    public void lost() {
        onLost.run();
    }

    private void refuse(ByteBuffer packet, long nowNanos) {
        core.drops().count(Reason.NO_PEER);
        ByteBuffer answer = unreachable.answerTo(packet, nowNanos);
        if (answer != null) {
            toTun.write(answer);
        }
    }
}
