package org.peervpn.tunnel.tun;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class PacketBatchTest {
    private final PacketBatch batch = new PacketBatch(3, 10);

    @Test
    void packetsComeBackInTheOrderInWhichTheyWereAdded() {
        assertThat(batch.add(bytes("one"))).isTrue();
        assertThat(batch.add(bytes("three"))).isTrue();

        assertThat(batch.size()).isEqualTo(2);
        assertThat(text(batch.packet(0))).isEqualTo("one");
        assertThat(text(batch.packet(1))).isEqualTo("three");
    }

    @Test
    void packetIsReadAnewEachTimeItIsAskedFor() {
        batch.add(bytes("one"));
        text(batch.packet(0)); // moves the position

        assertThat(text(batch.packet(0))).isEqualTo("one");
        assertThat(batch.packet(0).isDirect()).isTrue();
    }

    @Test
    void addedPacketIsACopyAndTheOriginalIsNotConsumed() {
        ByteBuffer original = bytes("one");
        batch.add(original);
        original.put(0, (byte) 'x');

        assertThat(original.remaining()).isEqualTo(3);
        assertThat(text(batch.packet(0))).isEqualTo("one");
    }

    @Test
    void fullBatchTakesNoMoreBytes() {
        assertThat(batch.add(bytes("12345678"))).isTrue();
        assertThat(batch.add(bytes("123"))).isFalse();
        assertThat(batch.add(bytes("12"))).isTrue();

        assertThat(batch.size()).isEqualTo(2);
    }

    @Test
    void fullBatchTakesNoMorePackets() {
        for (int i = 0; i < 3; i++) {
            assertThat(batch.add(bytes("p"))).isTrue();
        }

        assertThat(batch.add(bytes("p"))).isFalse();
    }

    @Test
    void clearedBatchBeginsAnew() {
        batch.add(bytes("12345678"));
        batch.clear();

        assertThat(batch.size()).isZero();
        assertThat(batch.add(bytes("new"))).isTrue();
        assertThat(text(batch.packet(0))).isEqualTo("new");
    }

    @Test
    void packetBeyondTheLastIsAMistake() {
        batch.add(bytes("one"));

        assertThatThrownBy(() -> batch.packet(1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(US_ASCII));
    }

    private static String text(ByteBuffer packet) {
        return US_ASCII.decode(packet).toString();
    }
}
