package org.peervpn.node.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both ends of the control socket, each also against an end that misbehaves. */
@Timeout(60)
class ControlSocketTest {
    private static final long PATIENCE_MILLIS = 300;

    @TempDir
    private Path directory;

    private Home home;
    private Path socket;
    private ControlServer server;

    @BeforeEach
    void server() throws NodeException {
        home = Home.open(directory);
        socket = RuntimeFiles.inHome(home).socket();
        server = ControlServer.open(socket, home, ControlSocketTest::answer, PATIENCE_MILLIS);
    }

    @AfterEach
    void close() {
        server.close();
    }

    private static JsonNode answer(String call, JsonNode arguments) throws NodeException {
        return switch (call) {
            case "echo" -> arguments.path("text");
            case "long" -> JsonNodeFactory.instance.textNode("x".repeat(5_000_000));
            case "object" -> throw new IllegalArgumentException("I object");
            case "fail" -> throw new NodeException("I failed");
            case "ending" -> throw new RejectedExecutionException("closed");
            case "never" -> throw new IllegalStateException("a mistake of ours");
            default -> throw new NodeException("no such call");
        };
    }

    @Test
    void callIsAnswered() throws Exception {
        assertThatNodeAnswers();
    }

    @Test
    void longAnswerArrivesWhole() throws Exception {
        server.close();
        server = ControlServer.open(socket, home, ControlSocketTest::answer, 30_000); // however slow the machine is
        assertThat(call("long").asText()).hasSize(5_000_000);
    }

    @Test
    void objectionsAreToldToTheCaller() {
        assertThatThrownBy(() -> call("object"))
                .isInstanceOf(NodeException.class)
                .hasMessage("I object");
        assertThatThrownBy(() -> call("fail")).isInstanceOf(NodeException.class).hasMessage("I failed");
        assertThatThrownBy(() -> call("unheard-of")).hasMessage("no such call");
        assertThatThrownBy(() -> call("ending")).hasMessage("the node is just ending");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "junk\n",
                "{\n",
                "[]\n",
                "null\n",
                "17\n",
                "{\"call\":17}\n",
                "{\"call\":{\"call\":\"echo\"}}\n",
                "{\"call\":\"unheard-of\"}\n",
                "{\"call\":\"echo\"\n\"text\":1}\n",
                "\u0000\u0001\u0002\n",
                "GET / HTTP/1.0\r\n\r\n",
            })
    void whatIsNoCallIsRefusedInOneLine(String junk) throws Exception {
        assertThat(exchange(junk.getBytes(UTF_8))).matches("\\{\"error\":\"[^\"\\n]+\"\\}\\n");
        assertThatNodeAnswers();
    }

    @Test
    void deeplyNestedQuestionIsRefused() throws Exception {
        assertThat(exchange(("[".repeat(8000) + "\n").getBytes(UTF_8))).contains("error");
        assertThatNodeAnswers();
    }

    @Test
    void bytesThatAreNoTextAreRefused() throws Exception {
        byte[] junk = new byte[2000];
        new Random(7).nextBytes(junk);

        assertThat(exchange(junk)).contains("error");
        assertThatNodeAnswers();
    }

    @Test
    void lineWithoutEndIsNotReadToItsEnd() throws Exception {
        try (SocketChannel connection = connect()) {
            assertThatThrownBy(() -> {
                        ByteBuffer much = ByteBuffer.allocate(1 << 20);
                        for (int i = 0; i < 100; i++) {
                            connection.write(much.clear());
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
        assertThatNodeAnswers();
    }

    @Test
    void questionMayComeInPieces() throws Exception {
        try (SocketChannel connection = connect()) {
            for (byte b : "{\"call\":\"echo\",\"text\":\"ab\"}\n".getBytes(UTF_8)) {
                connection.write(ByteBuffer.wrap(new byte[] {b}));
            }
            assertThat(answer(connection)).isEqualTo("{\"result\":\"ab\"}\n");
        }
    }

    @Test
    void silentConnectionsDoNotKeepOthersOutForEver() throws Exception {
        List<SocketChannel> silent = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            silent.add(connect());
        }

        Awaitility.await().atMost(Duration.ofSeconds(20)).ignoreExceptions().untilAsserted(this::assertThatNodeAnswers);

        for (SocketChannel connection : silent) {
            connection.close();
        }
    }

    @Test
    void callerWhoDoesNotListenDoesNotKeepOthersOutForEver() throws Exception {
        List<SocketChannel> deaf = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            SocketChannel connection = connect();
            connection.write(ByteBuffer.wrap("{\"call\":\"long\"}\n".getBytes(UTF_8)));
            deaf.add(connection);
        }

        Awaitility.await().atMost(Duration.ofSeconds(20)).ignoreExceptions().untilAsserted(this::assertThatNodeAnswers);

        for (SocketChannel connection : deaf) {
            connection.close();
        }
    }

    @Test
    void socketIsTheOwnersOnlyAndGoesWithTheNode() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");

        server.close();

        assertThat(socket).doesNotExist();
        assertThat(new ControlClient(home).call("echo", Map.of())).isEmpty();
    }

    @Test
    void socketOfTheNextNodeOutlivesTheOneBefore() throws Exception {
        ControlServer next = ControlServer.open(socket, home, ControlSocketTest::answer, PATIENCE_MILLIS);
        try (next) {
            server.close();

            assertThatNodeAnswers();
        }
    }

    @Test
    void socketThatAKilledNodeLeftBehindIsNoNode() throws Exception {
        server.close();
        try (ServerSocketChannel killed = listen()) {
            assertThat(killed.isOpen()).isTrue();
        }
        assertThat(socket).exists();

        assertThat(new ControlClient(home).call("echo", Map.of())).isEmpty();
        server = ControlServer.open(socket, home, ControlSocketTest::answer, PATIENCE_MILLIS);
        assertThatNodeAnswers();
    }

    @Test
    void fileInThePlaceOfTheSocketIsNoNode() throws Exception {
        server.close();
        Files.writeString(socket, "");

        assertThat(new ControlClient(home).call("echo", Map.of())).isEmpty();
    }

    @Test
    void socketThatCannotBeMadeIsNamed() {
        Path impossible = directory.resolve("x".repeat(120));

        assertThatThrownBy(() -> ControlServer.open(impossible, home, ControlSocketTest::answer, PATIENCE_MILLIS))
                .isInstanceOf(NodeException.class)
                .hasMessageContaining("the control socket " + impossible + " cannot be made")
                .hasMessageNotContaining("\n");
    }

    @Test
    void nodeThatEndsWithoutAnAnswerIsToldSo() throws Exception {
        assertThatAnswerIsRefused("", "ended before it answered");
    }

    @ParameterizedTest
    @ValueSource(strings = {"junk\n", "{\n", "\u0000\n"})
    void answerThatCannotBeUnderstoodIsToldSo(String junk) throws Exception {
        assertThatAnswerIsRefused(junk, "cannot be understood");
    }

    @Test
    void nodeThatDoesNotAnswerIsNotWaitedForForEver() throws Exception {
        server.close();
        try (ServerSocketChannel stopped = listen()) {
            assertThat(stopped.isOpen()).isTrue();
            assertThatThrownBy(() -> ControlClient.ask(socket, JsonNodeFactory.instance.objectNode(), 100))
                    .isInstanceOf(NodeException.class)
                    .hasMessageContaining("has not answered");
        }
    }

    private void assertThatAnswerIsRefused(String answer, String why) throws Exception {
        server.close();
        try (ServerSocketChannel other = listen()) {
            Thread answering = new Thread(() -> answerOnce(other, answer));
            answering.start();
            assertThatThrownBy(() -> call("echo"))
                    .isInstanceOf(NodeException.class)
                    .hasMessageContaining(why)
                    .hasMessageNotContaining("\n");
            answering.join();
        }
    }

    private static void answerOnce(ServerSocketChannel listening, String answer) {
        try (SocketChannel connection = listening.accept()) {
            connection.read(ByteBuffer.allocate(8192));
            connection.write(ByteBuffer.wrap(answer.getBytes(UTF_8)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void assertThatNodeAnswers() throws NodeException {
        assertThat(new ControlClient(home)
                        .call("echo", Map.of("text", "hällo"))
                        .orElseThrow()
                        .asText())
                .isEqualTo("hällo");
    }

    private JsonNode call(String call) throws NodeException {
        return new ControlClient(home).call(call, Map.of()).orElseThrow();
    }

    private String exchange(byte[] question) throws IOException {
        try (SocketChannel connection = connect()) {
            connection.write(ByteBuffer.wrap(question));
            connection.shutdownOutput();
            return answer(connection);
        }
    }

    private static String answer(SocketChannel connection) throws IOException {
        return new String(Channels.newInputStream(connection).readAllBytes(), UTF_8);
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }

    private ServerSocketChannel listen() throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        return channel.bind(UnixDomainSocketAddress.of(socket));
    }
}
