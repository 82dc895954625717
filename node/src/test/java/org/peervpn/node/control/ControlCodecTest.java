package org.peervpn.node.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ControlCodecTest {
    private static final Hello HELLO = new Hello("Ann's laptop", "0.1.0", Set.of(4, 6), 12345678901L, null);

    @Test
    void helloSurvivesTheWireAndItsPadding() {
        ByteBuffer message = ControlCodec.encode(HELLO);
        ByteBuffer padded = ByteBuffer.allocate(160).put(message).position(160).flip();

        assertThat(ControlCodec.isControl(padded)).isTrue();
        assertThat(ControlCodec.type(padded)).isEqualTo(ControlCodec.HELLO);
        assertThat(ControlCodec.decodeHello(padded)).isEqualTo(HELLO);
    }

    @Test
    void noticesSayWhetherAnInvitationIsSpent() {
        for (AdmissionNotice.State state : AdmissionNotice.State.values()) {
            for (boolean spent : new boolean[] {true, false}) {
                AdmissionNotice notice =
                        new AdmissionNotice(state, state == AdmissionNotice.State.LATER ? 60 : 0, spent);

                assertThat(ControlCodec.decodeNotice(ControlCodec.encode(notice)))
                        .isEqualTo(notice);
            }
        }
    }

    @Test
    void bothProofsAreReadAlikeAndToldApart() {
        byte[] proof = new byte[32];
        proof[7] = 3;

        assertThat(ControlCodec.type(ControlCodec.encodeInvitationProof(proof))).isEqualTo(0x05);
        assertThat(ControlCodec.type(ControlCodec.encodeProof(proof))).isEqualTo(0x03);
        assertThat(ControlCodec.decodeProof(ControlCodec.encodeInvitationProof(proof)))
                .isEqualTo(proof);
        assertThat(ControlCodec.decodeProof(ControlCodec.encodeInvitationProof(new byte[65])))
                .isNull();
    }

    @Test
    void controlMessageIsNoIpPacket() {
        assertThat(ControlCodec.isControl(ByteBuffer.wrap(new byte[] {0x45}))).isFalse();
        assertThat(ControlCodec.isControl(ByteBuffer.wrap(new byte[] {0x60}))).isFalse();
        assertThat(ControlCodec.isControl(ByteBuffer.allocate(0))).isFalse();
    }

    @Test
    void everyTruncationIsRefused() {
        ByteBuffer message = ControlCodec.encode(HELLO);
        for (int length = 1; length < message.limit(); length++) {
            assertThat(ControlCodec.decodeHello(message.duplicate().limit(length)))
                    .isNull();
        }
    }

    @Test
    void mutatedMessagesNeverThrow() {
        byte[] original = ControlCodec.encode(HELLO).array();
        Random random = new Random(1);
        for (int i = 0; i < 100_000; i++) {
            byte[] mutant = original.clone();
            for (int j = 0; j <= random.nextInt(4); j++) {
                mutant[3 + random.nextInt(mutant.length - 3)] = (byte) random.nextInt();
            }
            Hello hello = ControlCodec.decodeHello(ByteBuffer.wrap(mutant));
            if (hello != null) {
                assertThat(hello.name().length()).isLessThanOrEqualTo(2 * Hello.MAX_NAME_LENGTH);
                assertThat(hello.name().chars().noneMatch(Character::isISOControl))
                        .isTrue();
            }
        }
    }

    @Test
    void terminalControlsAreTakenOutOfNames() {
        assertThat(Hello.printable("\u001b[31mred\u0007\n\u202eevil", 64)).isEqualTo("[31mredevil");
        assertThat(Hello.printable("x".repeat(100), 64)).hasSize(64);
    }
}
