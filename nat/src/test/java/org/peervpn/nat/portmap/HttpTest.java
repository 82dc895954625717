package org.peervpn.nat.portmap;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpTest {

    @Test
    void theLengthEndsTheBody() {
        String answer = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";

        assertThat(isComplete(answer)).isTrue();
        assertThat(isComplete(answer.substring(0, answer.length() - 1))).isFalse();
        assertThat(body(answer + "def")).isEqualTo("abc");
        assertThat(body(answer.substring(0, answer.length() - 1))).isNull();
    }

    @Test
    void withoutALengthTheConnectionEndsTheBody() {
        String answer = "HTTP/1.0 200 OK\r\nServer: x\r\n\r\nabc";

        assertThat(isComplete(answer)).isFalse();
        assertThat(body(answer)).isEqualTo("abc");
    }

    @Test
    void chunksAreJoined() {
        String answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n";

        assertThat(isComplete(answer)).isTrue();
        assertThat(body(answer)).isEqualTo("abcde");
        assertThat(isComplete(answer.substring(0, answer.length() - 2))).isFalse();
        assertThat(body(answer.replace("3\r\n", "zz\r\n"))).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200 OK",
                "HTTP/2 200 OK\r\n\r\n",
                "HTTP/1.1 2x0 OK\r\n\r\n",
                "HTTP/1.1 099 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
                "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
            })
    void whatIsNoAnswerIsNone(String text) {
        assertThat(Http.parse(ByteBuffer.wrap(text.getBytes(UTF_8)))).isNull();
    }

    @Test
    void anAnswerHasABound() {
        assertThat(body("HTTP/1.1 200 OK\r\n\r\n" + "a".repeat(65_000))).hasSize(65_000);
        assertThat(body("HTTP/1.1 200 OK\r\n\r\n" + "a".repeat(70_000))).isNull();
        assertThat(body("HTTP/1.1 200 OK\r\n" + "a: b\r\n".repeat(100) + "\r\n"))
                .isNull();
    }

    private static boolean isComplete(String text) {
        return Http.isComplete(ByteBuffer.wrap(text.getBytes(UTF_8)));
    }

    private static @Nullable String body(String text) {
        Http.Answer answer = Http.parse(ByteBuffer.wrap(text.getBytes(UTF_8)));
        return answer == null ? null : answer.body();
    }
}
