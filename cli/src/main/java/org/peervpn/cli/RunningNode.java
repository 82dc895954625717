package org.peervpn.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.NodeConfig;
import org.peervpn.node.NodeEvent;
import org.peervpn.node.NodeInfo;
import org.peervpn.node.runtime.Node;
import org.peervpn.node.runtime.NodeException;

/** A node in the foreground: starts it, tells what happens, and ends it on SIGINT, SIGTERM, {@code --down} or failure. */
final class RunningNode {
    /** How long the first lines wait for the STUN servers; what comes later is told when it comes. */
    private static final long STUN_PATIENCE_MILLIS = 2_000;

    private final NodeConfig config;
    private final Node.Options options;
    private final Console console;
    private final PrintStream err;
    private final EventText text;
    private final CompletableFuture<Void> unreachable = new CompletableFuture<>();

    /** Events that came before the first lines were printed; null afterwards. Guarded by this. */
    private @Nullable List<NodeEvent> early = new ArrayList<>();

    RunningNode(NodeConfig config, Node.Options options, Console console, PrintStream err) {
        this.config = config;
        this.options = options;
        this.console = console;
        this.err = err;
        this.text = new EventText(config.privateKey().publicKey().toString());
    }

    /** Returns the exit code when the node has ended by itself; a signal ends the process with 0. */
    int run() throws NodeException {
        Node node = Node.start(config, options, this::tell);
        Thread onSignal = new Thread(() -> endOnSignal(node), "signal");
        Runtime.getRuntime().addShutdownHook(onSignal);
        introduce(node);
        CompletableFuture.anyOf(node.ended(), unreachable).join();
        int exitCode = unreachable.isDone() ? Main.UNREACHABLE : Main.DONE;
        node.close();
        String failure = await(node);
        node.closeControl();
        if (failure != null) {
            err.println("peervpn: " + failure);
            exitCode = Main.FAILED;
        } else if (exitCode == Main.UNREACHABLE) {
            err.println("peervpn: no peer could be reached in "
                    + config.connectTimeout().toSeconds() + " s; --timeout=0 tries for ever");
        }
        removeHook(onSignal);
        return exitCode;
    }

    private static @Nullable String await(Node node) {
        try {
            return node.ended().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    /** SIGINT or SIGTERM: the JVM would end with another code than 0, so the hook itself has the last word. */
    private static void endOnSignal(Node node) {
        node.close();
        node.closeControl();
        Runtime.getRuntime().halt(Main.DONE);
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending already: the hook halts it.
        }
    }

    private void introduce(Node node) throws NodeException {
        if (options.port() != node.port()) {
            err.println("peervpn: port " + options.port() + " is taken; using " + node.port());
        }
        String told = null;
        if (!console.isJson()) {
            if (config.waitForPeers()) {
                NodeInfo info = node.infoWithin(STUN_PATIENCE_MILLIS);
                told = info.publicEndpoint();
                InfoText.lines(info).forEach(console::line);
            }
            config.connect().forEach(line -> console.line("Connecting to " + line));
        }
        tellEarly(told);
    }

    private synchronized void tellEarly(@Nullable String toldEndpoint) {
        List<NodeEvent> waiting = early == null ? List.of() : early;
        early = null;
        for (NodeEvent event : waiting) {
            boolean told = event instanceof NodeEvent.PublicEndpoint endpoint
                    && toldEndpoint != null
                    && toldEndpoint.equals(endpoint.current());
            if (!told) {
                print(event);
            }
        }
    }

    /** On the loop. */
    private synchronized void tell(NodeEvent event) {
        if (early != null) {
            early.add(event);
        } else {
            print(event);
        }
    }

    private void print(NodeEvent event) {
        if (event instanceof NodeEvent.Unreachable) {
            unreachable.complete(null);
        }
        if (console.isJson()) {
            console.event(EventText.json(event));
        } else {
            text.lines(event).forEach(console::line);
        }
    }
}
