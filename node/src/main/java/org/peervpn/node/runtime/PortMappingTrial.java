package org.peervpn.node.runtime;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.portmap.Gateway;
import org.peervpn.nat.portmap.PortMapping.Findings;
import org.peervpn.tunnel.udp.UdpPort;

/** Finds out how the default router could be asked to open a port, without asking it to. Blocks for up to 5 s. */
final class PortMappingTrial {
    private PortMappingTrial() {}

    /** Null if this machine cannot speak to the router. */
    static @Nullable Findings run(Gateway gateway) {
        EventLoopGroup group = UdpPort.newLoopGroup(new DefaultThreadFactory("gateway", true));
        try {
            long origin = System.nanoTime();
            GatewayLink link = new GatewayLink(
                    group.next(), Epoll.isAvailable(), 0, 1, false, () -> System.nanoTime() - origin, mapped -> {});
            link.gateway(gateway);
            return link.findings().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            var unused = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }
}
