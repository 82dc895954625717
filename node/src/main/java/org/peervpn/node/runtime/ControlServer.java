package org.peervpn.node.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
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
    private static final int MAX_QUESTION_CHARS = 8192;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final UserPrincipal homeOwner;
    private final ServerSocketChannel server;
    private final Handler handler;
    private final ExecutorService connections = new ThreadPoolExecutor(
            0, MAX_CONNECTIONS, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), ControlServer::thread);

    private ControlServer(Path file, UserPrincipal homeOwner, ServerSocketChannel server, Handler handler) {
        this.file = file;
        this.homeOwner = homeOwner;
        this.server = server;
        this.handler = handler;
    }

    static ControlServer open(Home home, Handler handler) throws NodeException {
        Path file = RuntimeFiles.forNode(home).socket();
        try {
            // The lock on the home is ours, so a socket that lies there is a dead node's.
            Files.deleteIfExists(file);
            ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(file));
            UserPrincipal owner = Files.getOwner(home.directory());
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            if (Invoker.isRoot()) {
                Files.setAttribute(file, "posix:owner", owner, LinkOption.NOFOLLOW_LINKS);
            }
            ControlServer control = new ControlServer(file, owner, server, handler);
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
                connections.execute(() -> serve(connection));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.debug("a control connection failed: {}", e.toString());
            }
        }
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            Reader reader = Channels.newReader(connection, StandardCharsets.UTF_8);
            ObjectNode answer = mayTalk(connection) ? answer(question(reader)) : refused("permission denied");
            byte[] line = (JSON.writeValueAsString(answer) + "\n").getBytes(StandardCharsets.UTF_8);
            Channels.newOutputStream(connection).write(line);
        } catch (IOException e) {
            LOG.debug("a control connection broke: {}", e.toString());
        }
    }

    private boolean mayTalk(SocketChannel connection) throws IOException {
        String user =
                connection.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
        return user.equals("root") || user.equals(homeOwner.getName());
    }

    private static String question(Reader reader) throws IOException {
        StringBuilder line = new StringBuilder();
        BufferedReader buffered = new BufferedReader(reader);
        for (int c = buffered.read(); c != '\n' && c >= 0; c = buffered.read()) {
            if (line.length() == MAX_QUESTION_CHARS) {
                return "";
            }
            line.append((char) c);
        }
        return line.toString();
    }

    private ObjectNode answer(String question) {
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
        }
    }

    private static ObjectNode refused(String why) {
        return JSON.createObjectNode().put("error", why);
    }

    /** Ends after the answers that are under way. */
    @Override
    public void close() {
        try {
            server.close();
            Files.deleteIfExists(file);
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
