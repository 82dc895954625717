package org.peervpn.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.peervpn.nat.portmap.MappingProtocol;
import org.peervpn.nat.portmap.PortMapped;
import org.peervpn.node.NodeStatus.PortMappingStatus;
import org.peervpn.routing.RouterConfig;
import org.peervpn.tunnel.NoisePublicKey;
import org.peervpn.tunnel.Path;

/** A port that the router has opened, beside what STUN servers see. */
class PublicEndpointTest {
    private static final String SEEN = "11.22.33.44:20000";
    private static final PortMapped OPENED = opened("11.22.33.44:51820");

    private final Wire wire = new Wire();
    private final List<NodeEvent> events = new ArrayList<>();
    private PublicEndpoint endpoint = endpoint(new World.Config());

    private PublicEndpoint endpoint(World.Config config) {
        config.stunServers = List.of(Endpoint.parse("192.0.2.1:3478"));
        return new PublicEndpoint(config.build(), new SecureRandom(), wire, events::add);
    }

    @Test
    void theOpenedPortIsAnnounced() {
        endpoint.ask(0);
        stunSays(SEEN);
        assertThat(endpoint.text()).isEqualTo(SEEN);

        endpoint.portMapped(OPENED);

        assertThat(endpoint.text()).isEqualTo("11.22.33.44:51820");
        assertThat(events)
                .containsExactly(
                        new NodeEvent.PublicEndpoint(null, SEEN, false),
                        new NodeEvent.PortMapping("11.22.33.44:51820", "PCP", true),
                        new NodeEvent.PublicEndpoint(SEEN, "11.22.33.44:51820", false));
        assertThat(endpoint.portMapping(NodeCore.seconds(200)))
                .isEqualTo(new PortMappingStatus("PCP", "11.22.33.44:51820", 7_000L, true));
    }

    @Test
    void withoutStunTheRouterIsBelieved() {
        endpoint.portMapped(OPENED);

        assertThat(endpoint.text()).isEqualTo("11.22.33.44:51820");
        assertThat(endpoint.isConfirmed()).isFalse();
    }

    @Test
    void aRouterBehindAnotherNatIsFoundOut() {
        endpoint.ask(0);
        endpoint.portMapped(OPENED);
        stunSays("11.22.33.99:20000");

        assertThat(endpoint.text()).isEqualTo("11.22.33.99:20000");
        assertThat(events)
                .containsExactly(
                        new NodeEvent.PortMapping("11.22.33.44:51820", "PCP", true),
                        new NodeEvent.PublicEndpoint(null, "11.22.33.44:51820", false),
                        new NodeEvent.PortMapping("11.22.33.44:51820", "PCP", false),
                        new NodeEvent.PublicEndpoint("11.22.33.44:51820", "11.22.33.99:20000", false));
    }

    @Test
    void aRenewalIsNoNews() {
        endpoint.portMapped(OPENED);
        int told = events.size();

        endpoint.portMapped(new PortMapped(OPENED.endpoint(), MappingProtocol.PCP, Long.MAX_VALUE));

        assertThat(events).hasSize(told);
        assertThat(endpoint.portMapping(0)).isEqualTo(new PortMappingStatus("PCP", "11.22.33.44:51820", null, true));
    }

    @Test
    void aClosedPortIsNotAnnouncedAnyMore() {
        endpoint.ask(0);
        stunSays(SEEN);
        endpoint.portMapped(OPENED);
        events.clear();

        endpoint.portMapped(null);

        assertThat(endpoint.text()).isEqualTo(SEEN);
        assertThat(endpoint.portMapping(0)).isNull();
        assertThat(events)
                .containsExactly(
                        new NodeEvent.PortMapping(null, null, false),
                        new NodeEvent.PublicEndpoint("11.22.33.44:51820", SEEN, false));
    }

    @Test
    void whatTheOperatorSaysStands() {
        World.Config config = new World.Config();
        config.announcedEndpoint = Endpoint.parse("vpn.example.org:4711");
        endpoint = endpoint(config);

        endpoint.portMapped(OPENED);

        assertThat(endpoint.text()).isEqualTo("vpn.example.org:4711");
        assertThat(events).containsExactly(new NodeEvent.PortMapping("11.22.33.44:51820", "PCP", true));
    }

    private static PortMapped opened(String text) {
        return new PortMapped(address(text), MappingProtocol.PCP, NodeCore.seconds(7_200));
    }

    private static InetSocketAddress address(String text) {
        InetSocketAddress literal = Endpoint.parse(text).literal();
        assertThat(literal).isNotNull();
        return literal == null ? new InetSocketAddress(0) : literal;
    }

    /** Answers the request sent last: RFC 8489, sections 5 and 14.2. */
    private void stunSays(String mapped) {
        ByteBuffer request = wire.sent.get(wire.sent.size() - 1);
        ByteBuffer answer = ByteBuffer.allocate(32);
        answer.putShort((short) 0x0101).putShort((short) 12).putInt(0x2112a442);
        for (int i = 8; i < 20; i++) {
            answer.put(request.get(i));
        }
        answer.putShort((short) 0x0020).putShort((short) 8).putShort((short) 1);
        answer.putShort((short) (address(mapped).getPort() ^ 0x2112));
        answer.putInt(ByteBuffer.wrap(address(mapped).getAddress().getAddress()).getInt() ^ 0x2112a442);
        endpoint.receiveDatagram(address("192.0.2.1:3478"), answer.flip(), 1);
    }

    /** Notes what is sent. */
    private static final class Wire implements NodeOutput {
        final List<ByteBuffer> sent = new ArrayList<>();

        @Override
        public void send(Path path, ByteBuffer datagram) {
            sent.add(ByteBuffer.allocate(datagram.remaining())
                    .put(datagram.duplicate())
                    .flip());
        }

        @Override
        public @Nullable Path pathTo(InetSocketAddress remote) {
            return new Path(0, remote);
        }

        @Override
        public int openChannel(InetAddress towards) {
            return 0;
        }

        @Override
        public void closeChannel(int channel) {}

        @Override
        public void beacon(ByteBuffer datagram) {}

        @Override
        public void toTun(ByteBuffer packet) {}

        @Override
        public void resolve(Endpoint name) {}

        @Override
        public void derive(NoisePublicKey verifier) {}

        @Override
        public void remember(Remembered remembered) {}

        @Override
        public void route(RouterConfig wanted) {}

        @Override
        public void event(NodeEvent event) {}
    }
}
