package org.peervpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ResolverTest {
    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    @AfterEach
    void endTheLoop() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Test
    void nameInTheHostsFileNeedsNoNameServer() throws Exception {
        CompletableFuture<List<InetAddress>> found = new CompletableFuture<>();

        new Resolver(group.next(), false, 0).resolve("LocalHost", found::complete);

        assertThat(found.get(4, TimeUnit.SECONDS)).contains(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    }
}
