package org.peervpn.nat;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.nat.StunBytes.BINDING_SUCCESS;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Properties;
import java.util.Random;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class StunCodecTest {
    private static final TransactionId ID = new TransactionId(0x0102030405060708L, 0x090a0b0c);
    private static final InetSocketAddress IPV4 = new InetSocketAddress("198.51.100.7", 51820);
    private static final InetSocketAddress IPV6 = new InetSocketAddress("2001:db8::7", 51820);

    @Test
    void requestHasAFingerprintAndNothingElse() {
        byte[] request = StunCodec.bindingRequest(ID);

        ByteBuffer expected =
                new StunBytes(StunBytes.BINDING_REQUEST, ID).fingerprint().build();
        assertThat(ByteBuffer.wrap(request)).isEqualTo(expected);
    }

    @Test
    void sampleMessagesOfRfc5769AreRead() throws IOException {
        assertThat(decoded(vector("request")).type()).isEqualTo(StunMessage.Type.REQUEST);
        assertThat(decoded(vector("longterm")).type()).isEqualTo(StunMessage.Type.REQUEST);
        StunMessage ipv4 = decoded(vector("ipv4response"));
        assertThat(ipv4.type()).isEqualTo(StunMessage.Type.SUCCESS);
        assertThat(ipv4.transactionId()).isEqualTo(new TransactionId(0xb7e7a701bc34d686L, 0xfa87dfae));
        assertThat(ipv4.mappedAddress()).isEqualTo(new InetSocketAddress("192.0.2.1", 32853));
        assertThat(decoded(vector("ipv6response")).mappedAddress())
                .isEqualTo(new InetSocketAddress("2001:db8:1234:5678:11:2233:4455:6677", 32853));
    }

    @Test
    void flippedBitIsFoundByTheFingerprint() throws IOException {
        byte[] message = vector("ipv4response");
        message[36 + 9] ^= 1; // in the mapped address

        assertThat(StunCodec.decode(ByteBuffer.wrap(message))).isNull();
    }

    @Test
    void mappedAddressOfAnOldServerIsRead() {
        ByteBuffer message = new StunBytes(BINDING_SUCCESS, ID)
                .address(StunBytes.MAPPED_ADDRESS, IPV4)
                .build();

        assertThat(decoded(message).mappedAddress()).isEqualTo(IPV4);
    }

    @Test
    void xorMappedAddressComesBeforeTheOldOne() {
        ByteBuffer message = new StunBytes(BINDING_SUCCESS, ID)
                .address(StunBytes.MAPPED_ADDRESS, new InetSocketAddress("10.0.0.1", 1)) // rewritten by some gateway
                .xorMapped(IPV4)
                .build();

        assertThat(decoded(message).mappedAddress()).isEqualTo(IPV4);
    }

    @Test
    void addressesOfRfc5780AreRead() {
        StunMessage ipv4 = decoded(new StunBytes(BINDING_SUCCESS, ID)
                .address(StunBytes.RESPONSE_ORIGIN, IPV4)
                .address(StunBytes.OTHER_ADDRESS, IPV6)
                .build());

        assertThat(ipv4.responseOrigin()).isEqualTo(IPV4);
        assertThat(ipv4.otherAddress()).isEqualTo(IPV6);
        assertThat(ipv4.mappedAddress()).isNull();
    }

    @Test
    void malformedAddressOfRfc5780IsNone() {
        for (String value : new String[] {"", "0001", "00010001c0000201ff", "000300010a000001", "000200010a000001"}) {
            ByteBuffer message = new StunBytes(BINDING_SUCCESS, ID)
                    .attribute(StunBytes.OTHER_ADDRESS, HexFormat.of().parseHex(value))
                    .build();

            assertThat(decoded(message).otherAddress()).as(value).isNull();
        }
    }

    @Test
    void errorCodeIsRead() {
        StunMessage message = decoded(StunBytes.error(ID, 420));

        assertThat(message.type()).isEqualTo(StunMessage.Type.ERROR);
        assertThat(message.errorCode()).isEqualTo(420);
    }

    @Test
    void messageThatDemandsWhatWeDoNotKnowIsDiscarded() {
        assertThat(StunCodec.decode(new StunBytes(BINDING_SUCCESS, ID)
                        .attribute(0x7abc, new byte[4])
                        .build()))
                .isNull();
        assertThat(StunCodec.decode(new StunBytes(BINDING_SUCCESS, ID)
                        .attribute(0xfabc, new byte[4])
                        .build()))
                .isNotNull();
    }

    @Test
    void otherMethodIsDiscarded() {
        assertThat(StunCodec.decode(new StunBytes(0x0103, ID).build())).isNull(); // Allocate
    }

    @Test
    void messageIsReadWhereverItLiesInItsBuffer() {
        ByteBuffer message = StunBytes.success(ID, IPV4);
        ByteBuffer direct = ByteBuffer.allocateDirect(500).position(100).put(message);
        direct.limit(direct.position()).position(100);

        assertThat(decoded(direct).mappedAddress()).isEqualTo(IPV4);
        assertThat(direct.position()).as("the buffer is only read").isEqualTo(100);
    }

    @Test
    void onlyWhatHasTheShapeOfStunIsStun() {
        ByteBuffer message = StunBytes.success(ID, IPV4);
        assertThat(StunCodec.isStun(message)).isTrue();

        assertThat(StunCodec.isStun(ByteBuffer.allocate(0))).isFalse();
        assertThat(StunCodec.isStun(message.duplicate().limit(19))).isFalse();
        assertThat(StunCodec.isStun(message.duplicate().limit(28))).isFalse(); // not as long as it says
        assertThat(StunCodec.isStun(changed(message, 0, 0x40))).isFalse(); // a ChannelData message, RTP
        assertThat(StunCodec.isStun(changed(message, 5, 1))).isFalse(); // cookie
        assertThat(StunCodec.isStun(changed(message, 7, 1))).isFalse();
        assertThat(StunCodec.isStun(new StunBytes(BINDING_SUCCESS, ID)
                        .attribute(StunBytes.SOFTWARE, new byte[1280])
                        .build()))
                .isFalse();
    }

    @Test
    void wireGuardMessageIsNotStun() {
        for (int type = 1; type <= 4; type++) {
            for (int length : new int[] {148, 92, 64, 32, 1452}) {
                assertThat(StunCodec.isStun(ByteBuffer.allocate(length).put(0, (byte) type)))
                        .isFalse();
            }
        }
    }

    @Test
    void mutatedMessagesThrowNothingAndLogNothing() throws IOException {
        byte[][] originals = {
            vector("request"),
            vector("ipv4response"),
            vector("ipv6response"),
            vector("longterm"),
            bytes(new StunBytes(BINDING_SUCCESS, ID)
                    .xorMapped(IPV6)
                    .address(StunBytes.OTHER_ADDRESS, IPV4)
                    .build()),
            bytes(StunBytes.error(ID, 420))
        };
        LogCounter log = new LogCounter();
        Logger.getLogger("").addHandler(log);
        Random random = new Random(5769);
        int read = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] mutant = originals[random.nextInt(originals.length)].clone();
            int changes = 1 + random.nextInt(4);
            for (int change = 0; change < changes; change++) {
                // Header fields that decide whether it is STUN at all stay mostly as they are.
                int index = random.nextInt(10) == 0 ? random.nextInt(20) : 20 + random.nextInt(mutant.length - 20);
                mutant[index] = (byte) random.nextInt(256);
            }
            read += StunCodec.decode(ByteBuffer.wrap(mutant)) == null ? 0 : 1;
        }
        Logger.getLogger("").removeHandler(log);

        assertThat(read).as("mutants that are still messages").isPositive();
        assertThat(log.records).isZero();
    }

    @Test
    void truncatedMessagesAreNone() throws IOException {
        byte[] message = vector("request");
        for (int length = 0; length < message.length; length++) {
            assertThat(StunCodec.decode(ByteBuffer.wrap(message, 0, length))).isNull();
        }
    }

    private static final class LogCounter extends Handler {
        private int records;

        @Override
        public void publish(LogRecord logged) {
            records++;
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    private static StunMessage decoded(byte[] message) {
        return decoded(ByteBuffer.wrap(message));
    }

    private static StunMessage decoded(ByteBuffer message) {
        return requireNonNull(StunCodec.decode(message));
    }

    private static ByteBuffer changed(ByteBuffer message, int index, int xor) {
        ByteBuffer copy = ByteBuffer.wrap(bytes(message));
        return copy.put(index, (byte) (copy.get(index) ^ xor));
    }

    private static byte[] bytes(ByteBuffer message) {
        byte[] bytes = new byte[message.remaining()];
        message.duplicate().get(bytes);
        return bytes;
    }

    private static byte[] vector(String name) throws IOException {
        Properties vectors = new Properties();
        try (var stream = requireNonNull(StunCodecTest.class.getResourceAsStream("/vectors/rfc5769.properties"))) {
            vectors.load(stream);
        }
        return HexFormat.of().parseHex(vectors.getProperty(name));
    }

    @Test
    void wishesOfRfc5780AreWrittenAsItSays() {
        TransactionId id = new TransactionId(1, 2);
        byte[] request = StunCodec.bindingRequest(id, new StunWish(true, true, 0x1234));

        // CHANGE-REQUEST with both flags, RESPONSE-PORT with its padding; FINGERPRINT stands last.
        assertThat(request).hasSize(20 + 8 + 8 + 8);
        assertThat(java.util.Arrays.copyOfRange(request, 20, 36))
                .containsExactly(0, 3, 0, 4, 0, 0, 0, 6, 0, 0x27, 0, 4, 0x12, 0x34, 0, 0);
    }
}
