package org.peervpn.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedIpsTest {

    @Test
    void longestPrefixWins() {
        AllowedIps<String> owners = AllowedIps.<String>builder()
                .add(Cidr.parse("0.0.0.0/0"), "exit")
                .add(Cidr.parse("10.0.0.0/8"), "office")
                .add(Cidr.parse("10.1.2.3/32"), "printer")
                .add(Cidr.parse("fd70::/16"), "six")
                .build();

        assertThat(owners.lookup(Cidr.parse("10.1.2.3").address())).isEqualTo("printer");
        assertThat(owners.lookup(Cidr.parse("10.1.2.4").address())).isEqualTo("office");
        assertThat(owners.lookup(Cidr.parse("11.1.2.4").address())).isEqualTo("exit");
        assertThat(owners.lookup(Cidr.parse("fd70::1").address())).isEqualTo("six");
        assertThat(owners.lookup(Cidr.parse("fd71::1").address())).isNull();
    }

    @Test
    void prefixAddedTwiceBelongsToTheLast() throws Exception {
        AllowedIps<String> owners = AllowedIps.<String>builder()
                .add(Cidr.parse("10.0.0.0/8"), "first")
                .add(Cidr.parse("10.0.0.0/8"), "last")
                .build();

        assertThat(owners.lookup(Cidr.parse("10.0.0.1").address())).isEqualTo("last");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithALinearSearch(long seed) throws Exception {
        Random random = new Random(seed);
        Map<Cidr, Integer> model = new HashMap<>();
        AllowedIps.Builder<Integer> builder = AllowedIps.builder();
        for (int i = 0; i < 400; i++) {
            InetAddress address = address(random);
            Cidr prefix = Cidr.network(address, random.nextInt(address.getAddress().length * 8 + 1));
            model.put(prefix, i);
            builder.add(prefix, i);
        }
        AllowedIps<Integer> owners = builder.build();

        for (int i = 0; i < 5_000; i++) {
            InetAddress address = address(random);
            Integer expected = linear(model, address);
            assertThat(owners.lookup(address)).as("seed %d, %s", seed, address).isEqualTo(expected);
            assertThat(owners.lookupDestination(packet(address, true))).isEqualTo(expected);
            assertThat(owners.lookupSource(packet(address, false))).isEqualTo(expected);
        }
    }

    @Test
    void malformedPacketsBelongToNobody() {
        AllowedIps<String> owners = AllowedIps.<String>builder()
                .add(Cidr.parse("0.0.0.0/0"), "all")
                .add(Cidr.parse("::/0"), "all")
                .build();

        assertThat(owners.lookupDestination(ByteBuffer.allocate(0))).isNull();
        assertThat(owners.lookupDestination(bytes(19, 0x45))).isNull();
        assertThat(owners.lookupDestination(bytes(20, 0x45))).isEqualTo("all");
        assertThat(owners.lookupDestination(bytes(20, 0x44)))
                .as("header too short")
                .isNull();
        assertThat(owners.lookupDestination(bytes(20, 0x46)))
                .as("header too long")
                .isNull();
        assertThat(owners.lookupDestination(bytes(39, 0x60))).isNull();
        assertThat(owners.lookupDestination(bytes(40, 0x60))).isEqualTo("all");
        assertThat(owners.lookupDestination(bytes(40, 0x50)))
                .as("no such version")
                .isNull();
    }

    @Test
    void packetStartsAtThePositionInAnyByteOrder() throws Exception {
        InetAddress address = Cidr.parse("10.0.0.1").address();
        AllowedIps<String> owners =
                AllowedIps.<String>builder().add(Cidr.host(address), "ten").build();
        ByteBuffer buffer = ByteBuffer.allocateDirect(33).order(ByteOrder.LITTLE_ENDIAN);
        buffer.position(13).put(packet(address, true)).position(13);

        assertThat(owners.lookupDestination(buffer)).isEqualTo("ten");
        assertThat(buffer.position()).isEqualTo(13);
    }

    private static ByteBuffer bytes(int length, int first) {
        return ByteBuffer.allocate(length).put(0, (byte) first);
    }

    private static ByteBuffer packet(InetAddress address, boolean destination) {
        byte[] bytes = address.getAddress();
        boolean ipv4 = bytes.length == 4;
        int source = ipv4 ? 12 : 8;
        ByteBuffer packet = bytes(ipv4 ? 20 : 40, ipv4 ? 0x45 : 0x60);
        packet.put(destination ? source + bytes.length : source, bytes);
        return packet;
    }

    /** Few different bits, so that prefixes nest. */
    private static InetAddress address(Random random) throws UnknownHostException {
        byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (random.nextInt(4) == 0 ? 1 << random.nextInt(8) : 0);
        }
        return InetAddress.getByAddress(bytes);
    }

    private static @Nullable Integer linear(Map<Cidr, Integer> model, InetAddress address) {
        Integer best = null;
        int length = -1;
        for (Map.Entry<Cidr, Integer> entry : model.entrySet()) {
            if (entry.getKey().contains(address) && entry.getKey().prefixLength() > length) {
                best = entry.getValue();
                length = entry.getKey().prefixLength();
            }
        }
        return best;
    }
}
