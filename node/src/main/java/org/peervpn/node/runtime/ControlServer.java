package org.peervpn.node.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code --status}, {@code --add} and their like on a Unix socket: one JSON object on a line for each question
 * and each answer. Admits root and the owner of the home, by the credentials that the kernel tells.
 */
final class ControlServer implements AutoCloseable {

    /** What the node answers to one call; an {@link IllegalArgumentException} or {@link NodeException} is told to the caller. */
    interface Handler {
        JsonNode answer(String call, JsonNode arguments) throws NodeException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
    private static final int MAX_CONNECTIONS = 8;
    private static final int MAX_QUESTION_BYTES = 8192;

    /** How long a caller may take to ask, and then to hear the answer. */
    private static final long PATIENCE_MILLIS = 5_000;

    private static final long PAUSE_AFTER_FAILURE_MILLIS = 100;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final @Nullable Object fileKey; // null where files have none
    private final UserPrincipal homeOwner;
    private final ServerSocketChannel server;
    private final Handler handler;
    private final long patienceMillis;
    private final ExecutorService connections = new ThreadPoolExecutor(
            0, MAX_CONNECTIONS, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), ControlServer::thread);

    private ControlServer(
            Path file, UserPrincipal homeOwner, ServerSocketChannel server, Handler handler, long patienceMillis)
            throws IOException {
        this.file = file;
        this.fileKey = fileKey(file);
        this.homeOwner = homeOwner;
        this.server = server;
        this.handler = handler;
        this.patienceMillis = patienceMillis;
    }

    static ControlServer open(Home home, Handler handler) throws NodeException {
        return open(RuntimeFiles.forNode(home).socket(), home, handler, PATIENCE_MILLIS);
    }

    static ControlServer open(Path file, Home home, Handler handler, long patienceMillis) throws NodeException {
        try {
            // The lock on the home is ours, so a socket that lies there is a dead node's.
            Files.deleteIfExists(file);
            ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(file));
            UserPrincipal owner = Files.getOwner(home.directory());
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            ControlServer control = new ControlServer(file, owner, server, handler, patienceMillis);
            thread(control::accept).start();
            return control;
        } catch (IOException e) {
            throw new NodeException("the control socket " + file + " cannot be made: " + e.getMessage(), e);
        }
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "control");
        thread.setDaemon(true);
        return thread;
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel connection = server.accept();
                serveBeside(connection);
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.debug("a control connection failed: {}", e.toString());
                pause(); // it may be for want of file descriptors, and would fail again at once
            }
        }
    }

    private void serveBeside(SocketChannel connection) throws IOException {
        try {
            connections.execute(() -> serve(connection));
        } catch (RejectedExecutionException e) {
            LOG.debug("too many control connections, or the end");
            connection.close();
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_AFTER_FAILURE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            String question = question(connection);
            ObjectNode answer = mayTalk(connection)
                    ? answer(question, handler)
                    : refused("this user may not talk to the running node (only root and its owner may)");
            byte[] line = (JSON.writeValueAsString(answer) + "\n").getBytes(StandardCharsets.UTF_8);
            Watchdog watchdog = Watchdog.over(connection, patienceMillis);
            try (watchdog) {
                Channels.newOutputStream(connection).write(line);
            }
        } catch (IOException e) {
            LOG.debug("a control connection broke: {}", e.toString());
        }
    }

    private boolean mayTalk(SocketChannel connection) throws IOException {
        // Compared by their numbers: names need not be unique.
        UserPrincipal user =
                connection.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
        return user.equals(homeOwner) || user.equals(root());
    }

    private static UserPrincipal root() throws IOException {
        return FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName("root");
    }

    /** Up to the end of the line, of the stream, or of what a question may be long. */
    private String question(SocketChannel connection) throws IOException {
        ByteBuffer question = ByteBuffer.allocate(MAX_QUESTION_BYTES);
        Watchdog watchdog = Watchdog.over(connection, patienceMillis);
        try (watchdog) {
            int before;
            do {
                before = question.position();
            } while (connection.read(question) > 0 && !hasLineEnd(question, before));
        }
        return new String(question.array(), 0, question.position(), StandardCharsets.UTF_8);
    }

    private static boolean hasLineEnd(ByteBuffer question, int from) {
        for (int i = from; i < question.position(); i++) {
            if (question.get(i) == '\n') {
                return true;
            }
        }
        return false;
    }

    static ObjectNode answer(String question, Handler handler) {
        try {
            JsonNode call = JSON.readTree(question);
            JsonNode result = handler.answer(call.path("call").asText(), call);
            ObjectNode answer = JSON.createObjectNode();
            answer.set("result", result);
            return answer;
        } catch (JsonProcessingException e) {
            return refused("not a control call");
        } catch (IllegalArgumentException | NodeException e) {
            return refused(String.valueOf(e.getMessage()));
        } catch (RejectedExecutionException e) {
            return refused("the node is just ending");
        } catch (RuntimeException e) {
            LOG.error("a control call failed", e);
            return refused("an internal error of the running node: " + e);
        }
    }

    private static ObjectNode refused(String why) {
        return JSON.createObjectNode().put("error", why);
    }

    private static @Nullable Object fileKey(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /** Ends after the answers that are under way. */
    @Override
    public void close() {
        try {
            server.close();
            // The lock may be another node's by now, and so the socket.
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && Objects.equals(fileKey, fileKey(file))) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            // It has gone between two looks at it, with /run/peervpn perhaps.
        } catch (IOException e) {
            LOG.warn("the control socket {} cannot be removed: {}", file, e.getMessage());
        }
        connections.shutdown();
        try {
            if (!connections.awaitTermination(1, TimeUnit.SECONDS)) {
                LOG.debug("a control connection was still open at the end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
