package org.peervpn.nat.portmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.nat.portmap.RouterNet.OWN;
import static org.peervpn.nat.portmap.RouterNet.PORT;
import static org.peervpn.nat.portmap.RouterNet.ROUTER;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

class PortMappingFuzzTest {
    private static final int MAX_REQUESTS_PER_SECOND = 20;

    /** What PCP and NAT-PMP understand is what a plain reading of the bytes says. */
    @FuzzTest
    void datagram(byte[] datagram) {
        for (Dialect dialect : List.of(new Pcp(OWN, RouterNet.seeded(1)), new NatPmp())) {
            ByteBuffer lent = ByteBuffer.allocate(datagram.length + 2).put(1, datagram);
            lent.position(1).limit(1 + datagram.length);
            Dialect.Answer answer = dialect.parse(lent, PORT);
            assertThat(lent).isEqualTo(ByteBuffer.wrap(datagram));
            if (answer != null && answer.granted()) {
                assertThat(datagram[0]).isEqualTo((byte) (dialect instanceof Pcp ? 2 : 0));
                assertThat(answer.externalPort()).isBetween(0, 65_535);
                assertThat(answer.lifetimeSeconds()).isNotNegative();
                assertThat(answer.epochSeconds()).isNotNegative();
            }
        }
    }

    /** An answer by HTTP is complete once it can be read, and no page but the router's is ever named. */
    @FuzzTest
    void http(byte[] bytes) {
        ByteBuffer received = ByteBuffer.wrap(bytes);
        boolean complete = Http.isComplete(received);
        Http.Answer answer = Http.parse(received);
        if (answer != null) {
            assertThat(answer.status()).isBetween(100, 999);
            assertThat(complete || !answer.headers().containsKey("content-length"))
                    .isTrue();
        }
        checkOurs(Ssdp.parse(received, ROUTER));
        assertThat(Soap.result(received, "AddPortMapping").error()).isBetween(-1, 999_999);
    }

    /** A document is worthless or well-formed, and its services are the router's. */
    @FuzzTest
    void document(byte[] bytes) {
        String document = new String(bytes, StandardCharsets.UTF_8);
        List<Xml.Element> elements = Xml.parse(document);
        if (elements != null) {
            assertThat(elements)
                    .isNotEmpty()
                    .last()
                    .extracting(Xml.Element::depth)
                    .isEqualTo(0);
            assertThat(document).doesNotContain("<!D");
        }
        Location own = new Location(new InetSocketAddress(ROUTER, 5000), "/");
        Description.services(document, own, ROUTER).forEach(service -> checkOurs(service.control()));
        checkOurs(Location.parse(document, ROUTER));
        checkOurs(own.resolve(document, ROUTER));
    }

    /**
     * The input is a play: a byte says who speaks, another how long his datagram or answer is. Between them time passes.
     * Only the router is heard, what it says is public, and it is not asked more often for what it says.
     */
    @FuzzTest
    void play(byte[] play) {
        RouterNet net = RouterNet.speaking();
        net.mapping.gateway(new Gateway(ROUTER, OWN), 0);
        ByteBuffer rest = ByteBuffer.wrap(play);
        while (rest.remaining() >= 2) {
            int control = rest.get() & 0xff;
            byte[] said = new byte[Math.min(rest.get() & 0xff, rest.remaining())];
            rest.get(said);
            if ((control & 3) == 3) {
                for (int id = 0; id < 4; id++) {
                    net.mapping.answered(id, ByteBuffer.wrap(said), net.nowNanos);
                }
            } else {
                long dropped = net.mapping.droppedDatagrams();
                net.deliver("192.168.1.9", 5351, said);
                assertThat(net.mapping.droppedDatagrams()).isEqualTo(dropped + 1);
                net.deliver("192.168.1.1", (control & 1) == 0 ? 5351 : 1900, said);
            }
            net.runUntil(net.nowNanos / 1e9 + (control >> 2) * 0.1);
            check(net.mapping.mapped());
            assertThat(net.asked.size()).isLessThan(100 + (int) (net.nowNanos / 1e9 * MAX_REQUESTS_PER_SECOND));
        }
    }

    private static void checkOurs(@Nullable Location location) {
        if (location != null) {
            assertThat(location.server().getAddress()).isEqualTo(ROUTER);
            assertThat(location.path()).startsWith("/").matches("[!-~]+");
        }
    }

    private static void check(@Nullable PortMapped mapped) {
        if (mapped != null) {
            assertThat(Addresses.isPublic((Inet4Address) mapped.endpoint().getAddress()))
                    .isTrue();
            assertThat(mapped.endpoint().getPort()).isPositive();
        }
    }
}
