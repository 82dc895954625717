package org.peervpn.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.Admission;
import org.peervpn.node.ConnectLine;
import org.peervpn.node.NodeConfig;
import org.peervpn.node.NodeEvent;
import org.peervpn.node.NodeInfo;
import org.peervpn.node.invitation.Invitation;
import org.peervpn.node.runtime.Node;
import org.peervpn.node.runtime.NodeException;

/** A node in the foreground: starts it, tells what happens, and ends it on SIGINT, SIGTERM, {@code --down} or failure. */
final class RunningNode {
    private static final int MAX_WAITING_EVENTS = 256;

    /** How long the first lines wait for the STUN servers; what comes later is told when it comes. */
    private static final long STUN_PATIENCE_MILLIS = 2_000;

    private final NodeConfig config;
    private final Node.Options options;
    private final Console console;
    private final PrintStream err;
    private final Reload reload;
    private final EventText text;

    /** Completes with the event that ends a client which can do nothing: {@code Unreachable} or {@code Refused}. */
    private final CompletableFuture<NodeEvent> hopeless = new CompletableFuture<>();

    /** What is to be told; filled by the loop, told by a thread that may wait. */
    private final BlockingQueue<NodeEvent> events = new ArrayBlockingQueue<>(MAX_WAITING_EVENTS);

    private final AtomicInteger leftOut = new AtomicInteger();

    /** Guarded by this. */
    private boolean failureTold;

    /** Guarded by {@link #events}. */
    private final EndpointNews endpointNews;

    /** null unless the operator is asked and sits at a terminal. */
    private volatile @Nullable GuestPrompt prompt;

    private volatile boolean signalled;

    RunningNode(NodeConfig config, Node.Options options, Console console, PrintStream err, Reload reload) {
        this.reload = reload;
        this.config = config;
        this.options = options;
        this.console = console;
        this.err = err;
        this.endpointNews = new EndpointNews(config.waitForPeers());
        this.text = new EventText(config.privateKey().publicKey());
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
            new Hangup().listen(() -> reload.apply(node));
            introduceUnlessSignalled(node);
            return end(node);
        } finally {
            starting.cancel(false);
            removeHook(onSignal);
        }
    }

    private int end(Node node) {
        CompletableFuture.anyOf(node.ended(), hopeless).join();
        NodeEvent gaveUp = node.ended().isDone() ? null : hopeless.join();
        node.close();
        int exitCode = howItEnded(node);
        node.closeControl();
        tellRest();
        if (exitCode != Main.DONE) {
            return exitCode;
        }
        if (gaveUp instanceof NodeEvent.Refused refused) {
            Main.complain(err, EventText.refusal(refused.reason()));
            return Main.FAILED;
        }
        if (gaveUp != null) {
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
        signalled = true;
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

    /** A node that is closed meanwhile answers no questions, and nobody wants to know. */
    private void introduceUnlessSignalled(Node node) {
        try {
            introduce(node);
        } catch (RuntimeException e) {
            if (!signalled) {
                throw e;
            }
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
            config.connect().forEach(line -> console.line("Connecting to " + named(line)));
        }
        if (told != null) {
            forgetOldEndpoints(told);
        }
        prompt =
                config.admission() == Admission.ASK && !console.isJson() ? GuestPrompt.onTerminal(node, console) : null;
        Thread teller = new Thread(this::tellAll, "teller");
        teller.setDaemon(true);
        teller.start();
        introduceToCodes(node);
    }

    private static String named(ConnectLine line) {
        Invitation code = line.invitation();
        return code == null ? line.toString() : code.label() + " at " + line.endpoint();
    }

    /** What people have to do besides for those that they were invited by. */
    private void introduceToCodes(Node node) {
        List<Invitation> codes = config.connect().stream()
                .map(ConnectLine::invitation)
                .flatMap(Stream::ofNullable)
                .toList();
        if (codes.isEmpty()) {
            return;
        }
        try {
            NodeInfo info = node.infoWithin(STUN_PATIENCE_MILLIS);
            codes.forEach(code -> introduceTo(new MeetingText(info, code)));
        } catch (NodeException | RejectedExecutionException e) {
            // It has ended meanwhile, and will say why.
        }
    }

    private void introduceTo(MeetingText meeting) {
        if (console.isJson()) {
            console.event(meeting.json().put("event", "Invited"));
        } else {
            meeting.introductionLines().forEach(console::line);
        }
    }

    /** What came before the endpoint that was told: nobody has to hear of it any more. */
    private void forgetOldEndpoints(String told) {
        synchronized (events) {
            endpointNews.introduced(told);
            forgetAllButTheLast(NodeEvent.PublicEndpoint.class);
            forgetAllButTheLast(NodeEvent.InvitationCode.class);
        }
    }

    private void forgetAllButTheLast(Class<? extends NodeEvent> type) {
        List<NodeEvent> waiting = events.stream().filter(type::isInstance).toList();
        if (waiting.size() > 1) {
            events.removeAll(waiting.subList(0, waiting.size() - 1));
        }
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

    /** On the loop, which must not wait for whoever reads our output. */
    private void tell(NodeEvent event) {
        if (event instanceof NodeEvent.Unreachable || event instanceof NodeEvent.Refused) {
            hopeless.complete(event);
        }
        if (!events.offer(event)) {
            leftOut.incrementAndGet();
        }
    }

    private void tellAll() {
        try {
            while (true) {
                print(events.take());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What has not been told when the node ends. */
    private void tellRest() {
        for (NodeEvent event = events.poll(); event != null; event = events.poll()) {
            print(event);
        }
    }

    /** A lock of its own: whoever waits for a reader of our output must not keep the node from ending. */
    private void print(NodeEvent event) {
        synchronized (events) {
            printNow(event);
        }
    }

    private void printNow(NodeEvent event) {
        boolean isNews = endpointNews.isNews(event);
        if (!isNews && !(console.isJson() && event instanceof NodeEvent.PublicEndpoint)) {
            return;
        }
        GuestPrompt asking = prompt;
        if (asking != null && event instanceof NodeEvent.GuestAsks guest) {
            asking.ask(guest);
        } else if (console.isJson()) {
            console.event(EventText.json(event));
        } else {
            text.lines(event).forEach(console::line);
        }
        int lost = leftOut.getAndSet(0);
        if (lost > 0) {
            Main.complain(err, lost + " lines were left out: nobody read them in time");
        }
    }
}
