package org.peervpn.node.runtime;

import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.behavior.LifetimeTest;
import org.peervpn.tunnel.Path;
import org.peervpn.tunnel.udp.UdpPort;

/** Plays a {@link LifetimeTest} by ports of its own: the node's port is never idle. Of the loop. */
final class LifetimeTester implements LifetimeTest.Output {
    private final EventLoop loop;
    private final AuxiliaryPorts ports;
    private final LongSupplier clock;
    private final IntConsumer progress;
    private final LifetimeTest test;
    private final CompletableFuture<LifetimeTest> finished = new CompletableFuture<>();
    private @Nullable Future<?> timer;

    LifetimeTester(
            EventLoop loop, int mark, LongSupplier clock, List<InetSocketAddress> servers, IntConsumer progress) {
        this.loop = loop;
        this.clock = clock;
        this.progress = progress;
        this.test = new LifetimeTest(new SecureRandom(), servers, this, clock.getAsLong());
        this.ports = new AuxiliaryPorts(loop, mark, this::received, this::endTurn);
        loop.execute(this::onTimeout);
    }

    /** Completes with the test that is done. */
    CompletableFuture<LifetimeTest> finished() {
        return finished;
    }

    private boolean received(int channel, InetSocketAddress source, ByteBuffer datagram) {
        return test.receiveDatagram(channel, source, datagram, clock.getAsLong());
    }

    private void onTimeout() {
        test.onTimeout(clock.getAsLong());
        endTurn();
    }

    private void endTurn() {
        if (finished.isDone()) {
            return;
        }
        ports.flush();
        if (timer != null) {
            timer.cancel(false);
        }
        if (test.done()) {
            ports.close();
            finished.complete(test);
        } else {
            long waitNanos = test.nextDeadlineNanos() - clock.getAsLong();
            timer = loop.schedule(this::onTimeout, Math.max(0, waitNanos), TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void send(int channel, InetSocketAddress server, ByteBuffer datagram) {
        UdpPort port = ports.port(channel);
        Path path = port == null ? null : port.pathTo(server);
        if (port != null && path != null) {
            port.send(path, datagram);
        }
    }

    @Override
    public void progress(int percent) {
        progress.accept(percent);
    }
}
