package org.peervpn.node.invitation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.peervpn.node.invitation.Invitations.KEY;
import static org.peervpn.node.invitation.Invitations.NOW;
import static org.peervpn.node.invitation.Invitations.OTHER;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.peervpn.nat.CandidateType;
import org.peervpn.nat.NatSummary;
import org.peervpn.node.Admission;
import org.peervpn.node.ConnectLine;

class InvitationTest {
    private static final Invitation USUAL = Invitations.usual();
    private static final String CODE = USUAL.code();

    @Test
    void theUsualCodeHasAtMost200Characters() {
        assertThat(CODE).hasSizeLessThanOrEqualTo(200).matches("peervpn1[0-9a-hjkmnp-tv-z]+");
        assertThat(Invitation.parse(CODE)).isEqualTo(USUAL);
        assertThat(USUAL.inReplyTo(OTHER).code()).hasSizeLessThanOrEqualTo(200);
    }

    /** Codes of this format must be read for ever. */
    @Test
    void theFormatStaysAsItIs() {
        assertThat(CODE)
                .isEqualTo("peervpn1"
                        + "01mg0tr1gz02er20c2q1wrkh5br7vr6w2w8s7y1dbg881cpaa4e2czrpt7tzs5brfme78xv5dhv6abb3d1gq"
                        + "4ws6r2mb45yadh3cp03h5q56rbrj400gve0j6hb7h6nwvvr14d2pf356rdpb01rjv721caej0wmx40e65st4");
    }

    @Test
    void everyInvitationReadsBackAsItWas() {
        SplittableRandom random = new SplittableRandom(4);
        for (int i = 0; i < 5_000; i++) {
            Invitation invitation = Invitations.random(random);
            assertThat(Invitation.parse(invitation.code())).as("round %d", i).isEqualTo(invitation);
        }
    }

    @Test
    void whatChatsAndMailsDoToACodeDoesNotMatter() {
        String wrapped = CODE.replaceAll("(.{30})", "$1\n> ");
        assertThat(Invitation.parse(wrapped)).isEqualTo(USUAL);
        assertThat(Invitation.parse(" \u201c" + CODE.toUpperCase(Locale.ROOT) + "\u201d\r\n"))
                .isEqualTo(USUAL);
        assertThat(Invitation.parse(CODE.replaceAll("(.{6})", "$1-\u200b\u00a0")))
                .isEqualTo(USUAL);
        assertThat(Invitation.parse("```\n" + CODE + "\n```")).isEqualTo(USUAL);
        assertThat(Invitation.parse(
                        "peervpn1" + CODE.substring(8).replace('0', 'O').replace('1', 'l')))
                .isEqualTo(USUAL);
        assertThat(ConnectLine.parse(wrapped).invitation()).isEqualTo(USUAL);
    }

    @Test
    void aCutCodeIsSaidToBeCut() {
        for (int length = 8 + 4; length < CODE.length(); length++) {
            String cut = CODE.substring(0, length);
            assertThatThrownBy(() -> Invitation.parse(cut))
                    .hasMessage("this code is cut off: its last " + (CODE.length() - length) + " of " + CODE.length()
                            + " characters are missing");
        }
        assertThatThrownBy(() -> Invitation.parse("peervpn1ab")).hasMessageContaining("cut off");
        assertThatThrownBy(() -> Invitation.parse(CODE + CODE)).hasMessageContaining("characters too many");
    }

    @Test
    void everyWrongCharacterIsNoticed() {
        for (int i = 12; i < CODE.length(); i++) {
            char wrong = CODE.charAt(i) == 'q' ? 'p' : 'q';
            String damaged = CODE.substring(0, i) + wrong + CODE.substring(i + 1);
            assertThatThrownBy(() -> Invitation.parse(damaged)).hasMessageContaining("this code is damaged");
        }
        String swapped = CODE.substring(0, 20) + CODE.charAt(21) + CODE.charAt(20) + CODE.substring(22);
        assertThat(swapped).isNotEqualTo(CODE);
        assertThatThrownBy(() -> Invitation.parse(swapped)).hasMessageContaining("this code is damaged");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    peervpn2abcdef   | this code is of format 2, which only a later version of peervpn can read: update this one
                    peervpn          | not a code: it does not begin with peervpn1
                    peervpnx         | not a code: it does not begin with peervpn1
                    peervpn1uuuu     | this code is damaged: no code has a "u" in it
                    peervpn1äaaa     | this code is damaged: no code has a "ä" in it
                    hello            | not a code: it does not begin with peervpn1
                    """)
    void anotherTextIsRefusedInOneLine(String text, String reason) {
        assertThatThrownBy(() -> Invitation.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1:5", "0.0.0.0:5", "224.0.0.1:5", "255.255.255.255:5", "169.254.1.1:5", "0.1.2.3:5",
                "[::1]:5", "[::]:5", "[ff02::1]:5", "[fe80::1]:5", "[fd70:6565:7276::1]:5", "[4000::1]:5"
            })
    void anEndpointThatCannotBeAPeersIsRefused(String endpoint) {
        Invitation absurd =
                Invitations.of(Admission.LINE, NatSummary.UNKNOWN, Invitations.candidate(CandidateType.HOST, endpoint));
        assertThatThrownBy(() -> Invitation.parse(absurd.code()))
                .hasMessageStartingWith("this code is absurd: it names an endpoint that cannot be a peer's");
    }

    @Test
    void absurdFieldsAreRefused() {
        String endpoint = "26" + "cb007101" + "ca6c";
        assertThat(Invitation.parse(code("0003e8", endpoint)).candidates()).hasSize(1);
        assertThatThrownBy(() -> Invitation.parse(code("0003e8", ""))).hasMessageContaining("no endpoint");
        assertThatThrownBy(() -> Invitation.parse(code("0003e8", "26cb0071010000")))
                .hasMessageContaining("203.0.113.1:0");
        assertThatThrownBy(() -> Invitation.parse(code("0003e8", endpoint.repeat(9))))
                .hasMessageContaining("more than 8 endpoints");
        assertThatThrownBy(() -> Invitation.parse(code("0003e8", endpoint + "27")))
                .hasMessageContaining("longer than the code");
        assertThatThrownBy(() -> Invitation.parse(code("0003e8", "25cb007101ca")))
                .hasMessageContaining("wrong length");
        assertThatThrownBy(() -> Invitation.parse(code("000000", endpoint))).hasMessageContaining("no node would say");
        assertThatThrownBy(() -> Invitation.parse(code("0903e8", endpoint))).hasMessageContaining("no node would say");
        assertThatThrownBy(() -> Invitation.parse(code("0003e8", endpoint + "62ff00")))
                .hasMessageContaining("a NAT that cannot be");
    }

    @Test
    void whatALaterVersionSaysBesidesIsPassedOver() {
        String endpoint = "26" + "cb007101" + "ca6c";
        String later = "f3aabbcc" + "a0" + "bf20" + "55".repeat(32) + "63" + "9400" + "77";
        Invitation invitation = Invitation.parse(code("0003e8", later + endpoint));
        assertThat(invitation.candidates()).hasSize(1);
        assertThat(invitation.ipv4().portStep()).isZero();
    }

    @Test
    void timesAreToldFromTheReadersClock() {
        USUAL.checkTime(NOW.minus(Duration.ofMinutes(59)));
        USUAL.checkTime(NOW.plus(Duration.ofDays(7)).minusSeconds(1));
        assertThatThrownBy(() -> USUAL.checkTime(NOW.plus(Duration.ofDays(7))))
                .hasMessage("this code expired less than a minute ago; ask for a fresh one");
        assertThatThrownBy(() -> USUAL.checkTime(NOW.plus(Duration.ofDays(7)).plus(Duration.ofHours(3))))
                .hasMessage("this code expired 3 hours ago; ask for a fresh one");
        assertThatThrownBy(() -> USUAL.checkTime(NOW.minus(Duration.ofDays(4))))
                .hasMessage("this code was made 4 days in the future: one of the two clocks is wrong");
    }

    @Test
    void ownCodesAndRepliesToOthersAreRefused() {
        USUAL.checkReader(OTHER);
        assertThatThrownBy(() -> USUAL.checkReader(KEY)).hasMessageContaining("this node's own");
        USUAL.inReplyTo(OTHER).checkReader(OTHER);
        assertThatThrownBy(() -> Invitations.usual().inReplyTo(KEY).checkReader(OTHER))
                .hasMessageStartingWith("this reply code is for ");
    }

    @Test
    void theMostProbableEndpointStandsForAll() {
        assertThat(USUAL.best().type()).isEqualTo(CandidateType.PORT_MAPPED);
        assertThat(ConnectLine.of(USUAL).endpoint()).hasToString("203.0.113.45:40001");
        assertThat(ConnectLine.parse(CODE)).isEqualTo(ConnectLine.of(USUAL)).hasToString(CODE);
    }

    /** Of a header (admission, minutes) and fields, as hexadecimal digits. */
    private static String code(String header, String fields) {
        byte[] head = HexFormat.of().parseHex(header);
        byte[] tail = HexFormat.of().parseHex(fields);
        ByteBuffer bytes = ByteBuffer.allocate(41 + tail.length + 4)
                .putShort((short) (45 + tail.length))
                .put(head[0])
                .putInt((int) NOW.getEpochSecond())
                .put(head, 1, 2)
                .put(KEY.bytes())
                .put(tail);
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(Arrays.copyOf(bytes.array(), bytes.position()));
            return CodeText.encode(bytes.put(sum, 0, 4).array());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
