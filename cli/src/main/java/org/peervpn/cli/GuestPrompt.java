package org.peervpn.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.NodeEvent;
import org.peervpn.node.runtime.Node;
import org.peervpn.node.runtime.NodeException;

/**
 * Asks the operator at the terminal whether a guest may come in, one guest after the other. The answer goes to the guest
 * that was asked for last, and whoever is not answered can still be admitted from elsewhere.
 */
final class GuestPrompt {
    private static final int MAX_WAITING = 16;

    private final Node node;
    private final Console console;

    /** Those that have not been answered; the first one is on the screen. Guarded by this. */
    private final Deque<NodeEvent.GuestAsks> waiting = new ArrayDeque<>();

    private GuestPrompt(Node node, Console console) {
        this.node = node;
        this.console = console;
    }

    /** null where nobody sits at a terminal. */
    static @Nullable GuestPrompt onTerminal(Node node, Console console) {
        if (!isTerminal()) {
            return null;
        }
        GuestPrompt prompt = new GuestPrompt(node, console);
        Thread reader = new Thread(prompt::readAnswers, "prompt");
        reader.setDaemon(true);
        reader.start();
        return prompt;
    }

    /** Not {@link System#console}, which from JDK 22 on is there without a terminal, too. */
    private static boolean isTerminal() {
        return isTerminal(0) && isTerminal(1);
    }

    static boolean isTerminal(int descriptor) {
        try {
            String device = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty") || device.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    synchronized void ask(NodeEvent.GuestAsks guest) {
        if (waiting.size() == MAX_WAITING) {
            return; // it is in --status, and --admit lets it in
        }
        waiting.add(guest);
        if (waiting.size() == 1) {
            show(guest);
        }
    }

    private void show(NodeEvent.GuestAsks guest) {
        console.line(
                "Peer " + guest.peer() + " asks to be let in, from " + guest.endpoint() + ", key " + guest.publicKey());
        console.line("Let it in? Type yes or no, then Enter.");
    }

    private void readAnswers() {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                answered(line.strip().toLowerCase(Locale.ROOT));
            }
        } catch (IOException e) {
            console.line("The terminal cannot be read any more; use peervpn --admit=PEER.");
        }
    }

    private synchronized void answered(String answer) {
        NodeEvent.GuestAsks guest = waiting.peek();
        boolean yes = answer.equals("y") || answer.equals("yes");
        boolean no = answer.equals("n") || answer.equals("no");
        if (guest == null || answer.isEmpty()) {
            return;
        }
        if (!yes && !no) {
            console.line("Type yes or no, then Enter.");
            return;
        }
        waiting.remove();
        decide(guest, yes);
        NodeEvent.GuestAsks next = waiting.peek();
        if (next != null) {
            show(next);
        }
    }

    private void decide(NodeEvent.GuestAsks guest, boolean letIn) {
        try {
            node.decide(guest.publicKey(), letIn);
            console.line(letIn ? "It is let in, now and later." : "It stays out.");
        } catch (NodeException | RejectedExecutionException | IllegalStateException e) {
            console.line("Peer " + guest.peer() + " has gone meanwhile.");
        }
    }
}
