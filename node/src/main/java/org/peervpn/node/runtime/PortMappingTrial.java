package org.peervpn.node.runtime;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.portmap.Gateway;
import org.peervpn.nat.portmap.PortMapping.Findings;
import org.peervpn.tunnel.udp.UdpPort;

/** Finds out how the default router could be asked to open a port, without asking it to. Blocks. */
final class PortMappingTrial {
    private PortMappingTrial() {}

    /** @param patienceMillis how long a silent router takes; there is no other way to know that it is silent */
    static Findings run(@Nullable Gateway gateway, long patienceMillis) {
        if (gateway == null) {
            return new Findings(Set.of(), false);
        }
        EventLoopGroup group = UdpPort.newLoopGroup(new DefaultThreadFactory("gateway", true));
        try {
            EventLoop loop = group.next();
            long origin = System.nanoTime();
            GatewayLink link = new GatewayLink(
                    loop, Epoll.isAvailable(), 0, 1, false, () -> System.nanoTime() - origin, mapped -> {});
            link.gateway(gateway);
            TimeUnit.MILLISECONDS.sleep(patienceMillis);
            return link.findings().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Findings(Set.of(), false);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            var unused = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }
}
