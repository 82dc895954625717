package org.peervpn.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
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

    private boolean failureTold; // guarded by this

    RunningNode(NodeConfig config, Node.Options options, Console console, PrintStream err) {
        this.config = config;
        this.options = options;
        this.console = console;
        this.err = err;
        this.text = new EventText(config.privateKey().publicKey().toString());
    }

    /** Returns the exit code when the node has ended by itself; a signal ends the process with 0. */
    int run() throws NodeException {
        CompletableFuture<Node> starting = new CompletableFuture<>();
        Thread onSignal = new Thread(() -> endOnSignal(starting), "signal");
        // Before the node starts: a signal must find somebody who puts the machine back, however early it comes.
        Runtime.getRuntime().addShutdownHook(onSignal);
        try {
            Node node = Node.start(config, options, this::tell);
            starting.complete(node);
            introduce(node);
            return end(node);
        } finally {
            starting.cancel(false);
            removeHook(onSignal);
        }
    }

    private int end(Node node) {
        CompletableFuture.anyOf(node.ended(), unreachable).join();
        boolean gaveUp = !node.ended().isDone();
        node.close();
        int exitCode = howItEnded(node);
        node.closeControl();
        if (exitCode != Main.DONE) {
            return exitCode;
        }
        if (gaveUp) {
            Main.complain(
                    err,
                    "no peer could be reached in " + config.connectTimeout().toSeconds()
                            + " s; --timeout=0 tries for ever");
            return Main.UNREACHABLE;
        }
        return Main.DONE;
    }

    /** Says once why the node has failed, if it has: a signal may come while it ends by itself. */
    private synchronized int howItEnded(Node node) {
        String failure = node.ended().join();
        if (failure == null) {
            return Main.DONE;
        }
        if (!failureTold) {
            failureTold = true;
            Main.complain(err, failure);
        }
        return Main.FAILED;
    }

    /** SIGINT or SIGTERM: the JVM would end with another code than ours, so the hook itself has the last word. */
    private void endOnSignal(CompletableFuture<Node> starting) {
        int exitCode = Main.DONE;
        try {
            Node node = starting.join();
            node.close();
            exitCode = howItEnded(node);
            node.closeControl();
        } catch (CompletionException | CancellationException | RejectedExecutionException e) {
            // It did not start, or has ended already.
        } finally {
            Runtime.getRuntime().halt(exitCode);
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending already: the hook halts it.
        }
    }

    private void introduce(Node node) {
        if (options.port() != node.port()) {
            Main.complain(err, "port " + options.port() + " is taken; using " + node.port());
        }
        String told = null;
        if (!console.isJson()) {
            if (config.waitForPeers()) {
                told = introduceItself(node);
            }
            config.connect().forEach(line -> console.line("Connecting to " + line));
        }
        tellEarly(told);
    }

    /** Returns the public endpoint that it told. */
    private @Nullable String introduceItself(Node node) {
        try {
            NodeInfo info = node.infoWithin(STUN_PATIENCE_MILLIS);
            InfoText.lines(info).forEach(console::line);
            return info.publicEndpoint();
        } catch (NodeException | RejectedExecutionException e) {
            return null; // it has ended meanwhile, and will say why
        }
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
