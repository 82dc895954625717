package org.peervpn.routing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import org.peervpn.routing.JournalText.DamagedException;
import org.peervpn.routing.JournalText.Header;

/** Whatever comes, it is refused in the one way that the contract names. */
class RoutingFuzzTest {

    private static final Header HEADER = new Header("boot", "/root/.peervpn", "net:[1]", "peervpn0");
    private static final AllowedIps<String> OWNERS = AllowedIps.<String>builder()
            .add(Cidr.parse("10.0.0.0/8"), "a")
            .add(Cidr.parse("10.1.0.0/16"), "b")
            .add(Cidr.parse("fd70::/16"), "c")
            .add(Cidr.parse("fd70::1/128"), "d")
            .build();

    @FuzzTest
    void journal(byte[] input) {
        String text = new String(input, UTF_8);
        try {
            JournalText.changes(text, HEADER)
                    .forEach(change -> change.operation().key());
            JournalText.changes(JournalText.line(HEADER) + text + '\n', HEADER)
                    .forEach(change -> change.operation().key());
        } catch (DamagedException e) {
            require(!String.valueOf(e.getMessage()).contains("\n"));
        }
    }

    @FuzzTest
    void cidr(byte[] input) {
        try {
            Cidr prefix = Cidr.parse(new String(input, UTF_8));
            require(prefix.equals(Cidr.parse(prefix.toString())));
        } catch (IllegalArgumentException e) {
            require(!String.valueOf(e.getMessage()).contains("\n"));
        }
    }

    @FuzzTest
    void packet(byte[] input) {
        ByteBuffer packet = ByteBuffer.wrap(input);
        String owner = OWNERS.lookupDestination(packet);
        require(owner == null || input.length >= 20);
        require(OWNERS.lookupSource(packet) == null || input.length >= 20);
        require(packet.position() == 0 && packet.limit() == input.length);
    }

    @FuzzTest
    void procNet(byte[] input) {
        String text = new String(input, UTF_8);
        ProcNet.routesIpv4(text);
        ProcNet.routesIpv6(text);
        ProcNet.sessions(ProcNet.sockets(text), ProcNet.sockets(text), 1, 65_535);
    }

    private static void require(boolean condition) {
        if (!condition) {
            throw new AssertionError();
        }
    }
}
