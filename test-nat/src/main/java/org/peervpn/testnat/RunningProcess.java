package org.peervpn.testnat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.TerminalFailureException;

/**
 * A process of the laboratory, whose output is collected line by line as it comes. Two threads read it; every method may
 * be called by any thread. Ended by its own process id, never by its name.
 */
public final class RunningProcess {
    private static final Duration PATIENCE_AT_END = Duration.ofSeconds(5);

    private final String name;
    private final Process process;
    private final List<Line> lines = new ArrayList<>();
    private final Consumer<String> listener;
    private final List<Thread> readers;

    private record Line(boolean error, String text) {}

    private RunningProcess(String name, Process process, Consumer<String> listener) {
        this.name = name;
        this.process = process;
        this.listener = listener;
        this.readers = List.of(reader(process.getInputStream(), false), reader(process.getErrorStream(), true));
        readers.forEach(Thread::start);
    }

    /** The name stands for it in messages; the listener hears each line of both streams, on the thread that read it. */
    static RunningProcess start(String name, List<String> command, Consumer<String> listener) {
        try {
            return new RunningProcess(name, new ProcessBuilder(command).start(), listener);
        } catch (IOException e) {
            throw new LabException("cannot start " + name, e);
        }
    }

    /** Runs a command to its end; one that takes longer than the timeout is killed, and that is an error. */
    static CommandResult run(String name, List<String> command, String input, Duration timeout) {
        RunningProcess running = start(name, command, line -> {});
        running.input(input);
        running.awaitExit(timeout);
        return running.result();
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** What it has printed so far on both streams, in the order in which it was read. */
    public List<String> lines() {
        return linesWhere(line -> true);
    }

    public List<String> output() {
        return linesWhere(line -> !line.error());
    }

    public List<String> errors() {
        return linesWhere(Line::error);
    }

    /** Waits for a line, also one already printed, in which the pattern is found. */
    public String awaitLine(String regex, Duration timeout) {
        Pattern pattern = Pattern.compile(regex);
        try {
            return Awaitility.await()
                    .pollInterval(Duration.ofMillis(20))
                    .atMost(timeout)
                    .failFast(
                            "the process ended",
                            () -> !isReading() && find(pattern).isEmpty())
                    .until(() -> find(pattern), Optional::isPresent)
                    .orElseThrow();
        } catch (ConditionTimeoutException | TerminalFailureException e) {
            throw new LabException(
                    "no line with \"" + regex + "\" within " + timeout.toSeconds() + " s from " + this, e);
        }
    }

    public void sendLine(String line) {
        try {
            process.getOutputStream().write((line + "\n").getBytes(UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new LabException("cannot write to " + this, e);
        }
    }

    /** Sends a signal by its short name, such as TERM. */
    public void signal(String signal) {
        run("kill", List.of("kill", "-" + signal, Long.toString(pid())), "", PATIENCE_AT_END)
                .orThrow();
    }

    /** Waits for the end and returns the exit code; what has not ended by then is killed, and that is an error. */
    public int awaitExit(Duration timeout) {
        if (!waitFor(timeout)) {
            process.destroyForcibly();
            throw new LabException("did not end within " + timeout.toSeconds() + " s: " + this);
        }
        readers.forEach(RunningProcess::join);
        return process.exitValue();
    }

    /** Asks it to end, and kills it if it does not within a few seconds. */
    public void stop() {
        process.destroy();
        if (!waitFor(PATIENCE_AT_END)) {
            process.destroyForcibly();
            waitFor(PATIENCE_AT_END);
        }
    }

    /** Asks it to end, without waiting. */
    void askToStop() {
        process.destroy();
    }

    CommandResult result() {
        return new CommandResult(name, process.exitValue(), text(output()), text(errors()));
    }

    @Override
    public String toString() {
        String state = isAlive() ? "running" : "exit code " + process.exitValue();
        return "%s (%s)%n%s".formatted(name, state, text(lines()));
    }

    private static String text(List<String> lines) {
        return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    private List<String> linesWhere(Predicate<Line> wanted) {
        synchronized (lines) {
            return lines.stream().filter(wanted).map(Line::text).toList();
        }
    }

    private Optional<String> find(Pattern pattern) {
        return lines().stream().filter(line -> pattern.matcher(line).find()).findFirst();
    }

    private void input(String text) {
        try (var stream = process.getOutputStream()) {
            stream.write(text.getBytes(UTF_8));
        } catch (IOException e) {
            // It ended without reading all of it; its exit code and its output say why.
            add(new Line(true, e.toString()));
        }
    }

    private boolean isReading() {
        return readers.stream().anyMatch(Thread::isAlive);
    }

    private Thread reader(InputStream stream, boolean error) {
        Thread thread = new Thread(() -> read(stream, error), "reader of " + process.pid());
        thread.setDaemon(true);
        return thread;
    }

    private void read(InputStream stream, boolean error) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                add(new Line(error, line));
                listener.accept(line);
            }
        } catch (IOException | UncheckedIOException e) {
            // The stream was closed under us: the process was killed.
        }
    }

    private void add(Line line) {
        synchronized (lines) {
            lines.add(line);
        }
    }

    private boolean waitFor(Duration timeout) {
        try {
            return process.waitFor(timeout.toMillis(), MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while waiting for " + this, e);
        }
    }

    private static void join(Thread thread) {
        try {
            // Bounded: a grandchild that keeps the stream open must not hold us up.
            thread.join(PATIENCE_AT_END.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted", e);
        }
    }
}
