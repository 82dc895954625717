package org.peervpn.node.runtime;

import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.Path;
import org.peervpn.tunnel.udp.UdpPort;
import org.peervpn.tunnel.udp.UdpPortException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ports that live as long as a test, each opened when it is first used. Of the loop. */
final class AuxiliaryPorts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AuxiliaryPorts.class);

    interface Receiver {
        boolean received(int channel, InetSocketAddress source, ByteBuffer datagram);
    }

    private final EventLoop loop;
    private final int mark;
    private final Receiver receiver;
    private final Runnable batchEnded;
    private final Map<Integer, @Nullable UdpPort> ports = new HashMap<>(); // null for one that could not be opened

    AuxiliaryPorts(EventLoop loop, int mark, Receiver receiver, Runnable batchEnded) {
        this.loop = loop;
        this.mark = mark;
        this.receiver = receiver;
        this.batchEnded = batchEnded;
    }

    /** null if it cannot be opened. */
    @Nullable
    UdpPort port(int channel) {
        if (!ports.containsKey(channel)) {
            ports.put(channel, open(channel));
        }
        return ports.get(channel);
    }

    void flush() {
        ports.values().stream().filter(Objects::nonNull).forEach(UdpPort::flush);
    }

    private @Nullable UdpPort open(int channel) {
        try {
            return UdpPort.open(loop, new UdpPort.Options(0, true, mark, false), new UdpPort.Receiver() {
                @Override
                public void received(Path source, ByteBuffer datagram) {
                    receiver.received(channel, source.remote(), datagram);
                }

                @Override
                public void batchEnded() {
                    batchEnded.run();
                }
            });
        } catch (UdpPortException e) {
            LOG.debug("a test has to do without one of its ports: {}", e.getMessage());
            return null;
        }
    }

    @Override
    public void close() {
        ports.values().stream().filter(Objects::nonNull).forEach(UdpPort::close);
        ports.clear();
    }
}
