package org.peervpn.routing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A child {@code nft} that owns our table ({@code flags owner}): nobody else can change the table, not even by {@code
 * flush ruleset}, and the kernel removes it when the child ends. The child ends when we do, however we end, because its
 * standard input does; so a killed node leaves no firewall that would cut the machine off. Edge.
 */
final class NftOwner {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final int MAX_ERRORS = 1_000;
    private static final String END = "";

    private final Process process;
    private final BlockingQueue<String> errors = new LinkedBlockingQueue<>(MAX_ERRORS);
    private int questions;
    private @Nullable String table; // null before the first table and after the last

    private NftOwner(Process process) {
        this.process = process;
    }

    static NftOwner start(String nft, String setsid, Runnable onEnd) throws RouterException {
        // In a session of its own: Ctrl-C in our terminal is for us, who remove the table last.
        ProcessBuilder builder = Command.builder(List.of(setsid, nft, "-i"));
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("TERM", "dumb");
        builder.environment().put("HOME", "/dev/null"); // or it writes a history of its input there
        try {
            NftOwner owner = new NftOwner(builder.start());
            var unused = owner.process.onExit().thenRun(onEnd);
            Thread reader = new Thread(owner::readErrors, "nft-errors");
            reader.setDaemon(true);
            reader.start();
            return owner;
        } catch (IOException e) {
            throw new RouterException("cannot run " + nft + ": " + e.getMessage(), e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    boolean owns(String name) {
        return process.isAlive() && name.equals(table);
    }

    /** The table becomes as the text says, in one transaction. */
    void replace(String name, String text) throws RouterException {
        String remove = name.equals(table) ? "delete table inet " + name + "; " : "";
        transact(remove + oneLine(text));
        table = name;
    }

    void delete(String name) throws RouterException {
        if (name.equals(table)) {
            transact("delete table inet " + name);
            table = null;
        }
    }

    /** The kernel removes what it still owns. */
    void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(2, TimeUnit.SECONDS);
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** One line is one transaction; inside a line, semicolons stand where the text has line ends. */
    static String oneLine(String text) {
        return text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .map(line -> line.endsWith("{") || line.endsWith(";") ? line : line + ";")
                .collect(Collectors.joining(" "));
    }

    /** It says nothing when all is well, so we ask for what does not exist and wait for that to be refused. */
    private void transact(String command) throws RouterException {
        String question = "peervpn_question_" + ++questions;
        try {
            OutputStream input = process.getOutputStream();
            input.write((command + "\nlist table inet " + question + "\n").getBytes(UTF_8));
            input.flush();
        } catch (IOException e) {
            throw failed("nft ended", e);
        }
        List<String> said = new ArrayList<>();
        String line = nextError();
        while (!line.contains(question)) {
            said.add(line);
            line = nextError();
        }
        // The last line is of the question itself.
        if (said.size() > 1) {
            throw failed(said.get(0), null);
        }
    }

    private String nextError() throws RouterException {
        try {
            String line = errors.poll(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            if (line == null || line.equals(END)) {
                throw failed(line == null ? "nft does not answer" : "nft ended", null);
            }
            return line;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("interrupted", e);
        }
    }

    private static RouterException failed(String reason, @Nullable Throwable cause) {
        return new RouterException(
                "cannot set the firewall table (it takes nftables 0.9.9 and Linux 5.12): "
                        + reason.replaceFirst("^Error: ", ""),
                cause);
    }

    private void readErrors() {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(process.getErrorStream(), UTF_8))) {
            String line = reader.readLine();
            while (line != null) {
                // Lines of carets mark the place in the line before.
                if (!line.replace("^", "").isBlank() && !errors.offer(line)) {
                    break;
                }
                line = reader.readLine();
            }
        } catch (IOException e) {
            // The pipe broke: the same as its end.
        }
        errors.clear();
        if (!errors.offer(END)) {
            throw new IllegalStateException("an empty queue has room");
        }
    }
}
