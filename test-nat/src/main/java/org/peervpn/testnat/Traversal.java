package org.peervpn.testnat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Two nodes behind each kind of NAT, real ones behind real NATs, which are told of one another in pairs. A node is on the
 * left or on the right side, so that two of one kind can be a pair.
 */
public final class Traversal {
    private static final Duration POLL = Duration.ofMillis(20);

    private final Map<NatKind, Peervpn> left = new EnumMap<>(NatKind.class);
    private final Map<NatKind, Peervpn> right = new EnumMap<>(NatKind.class);
    private final List<Site> sites = new ArrayList<>();

    /** How a pair was told of one another. */
    public enum By {
        CODE,
        LINE
    }

    /**
     * What became of a pair.
     *
     * @param direct connected by a direct path on which packets pass
     * @param seconds from when both knew of one another
     * @param events what both sides have seen of their paths, a line each; for people who ask why
     */
    public record Outcome(
            NatKind left, NatKind right, boolean direct, double seconds, String method, List<String> events) {}

    private Traversal() {}

    /** Starts the nodes and waits until they know their public endpoints. */
    public static Traversal build(Lab lab, Collection<NatKind> lefts, Collection<NatKind> rights) {
        Coturn.start(lab);
        Traversal traversal = new Traversal();
        char letter = 'a';
        for (NatKind kind : NatKind.values()) {
            String name = String.valueOf(letter++);
            if (lefts.contains(kind)) {
                traversal.left.put(kind, traversal.start(lab.add(kind.plan(name + "l"))));
            }
            if (rights.contains(kind)) {
                traversal.right.put(kind, traversal.start(lab.add(kind.plan(name + "r"))));
            }
        }
        traversal.left.values().forEach(Peervpn::awaitReady);
        traversal.right.values().forEach(Peervpn::awaitReady);
        return traversal;
    }

    private Peervpn start(Site site) {
        sites.add(site);
        Peervpn node = Peervpn.on(site.host());
        node.start("--listen", "--no-exit", "--stun=" + Lab.STUN_ADDRESS + ":" + Coturn.OTHER_PORT);
        return node;
    }

    /** The routers forget what they know, so that a pair can be tried again; a carrier's do not. */
    public void forgetMappings() {
        sites.stream().filter(Site::hasRouter).forEach(site -> site.router().exec("conntrack", "-F"));
    }

    /** Tells both of one another and waits until they are connected, or for so long. */
    public Outcome connect(NatKind one, NatKind other, By by, Duration patience) {
        Peervpn a = node(left, one);
        Peervpn b = node(right, other);
        JsonNode infoA = a.ask("info", Map.of());
        JsonNode infoB = b.ask("info", Map.of());
        a.ask("add", Map.of("line", text(infoB, by)));
        b.ask("add", Map.of("line", text(infoA, by)));
        long start = System.nanoTime();
        boolean met = comesTrue(patience, () -> isConnected(a, infoB) && isConnected(b, infoA));
        double seconds = (System.nanoTime() - start) / 1e9;
        // The routes follow a moment after the handshake.
        Duration left = patience.minusNanos(System.nanoTime() - start);
        String overlay = infoB.path("addresses").path(0).asText();
        boolean passes = met && comesTrue(left, () -> a.host().pings(overlay));
        JsonNode path = peer(a, infoB).path("path");
        JsonNode back = peer(b, infoA).path("path");
        boolean direct = passes && path.path("type").asText().equals("DIRECT");
        String method = method(path) + method(back);
        List<String> events = new ArrayList<>();
        path.path("events").forEach(event -> events.add("left  " + event.asText()));
        back.path("events").forEach(event -> events.add("right " + event.asText()));
        Outcome outcome = new Outcome(one, other, direct, seconds, direct ? named(method) : "-", events);
        a.ask("remove", Map.of("peer", infoB.path("publicKey").asText()));
        b.ask("remove", Map.of("peer", infoA.path("publicKey").asText()));
        return outcome;
    }

    private static Peervpn node(Map<NatKind, Peervpn> side, NatKind kind) {
        Peervpn node = side.get(kind);
        if (node == null) {
            throw new IllegalArgumentException("no node behind " + kind + " on that side");
        }
        return node;
    }

    private static String text(JsonNode info, By by) {
        String text = info.path(by == By.CODE ? "code" : "connect").asText("");
        return text.isEmpty() ? info.path("code").asText() : text; // a hard NAT has no line
    }

    private static boolean isConnected(Peervpn node, JsonNode infoOfPeer) {
        return peer(node, infoOfPeer).path("state").asText().equals("CONNECTED");
    }

    private static JsonNode peer(Peervpn node, JsonNode infoOfPeer) {
        for (JsonNode peer : node.ask("status", Map.of()).path("peers")) {
            if (peer.path("publicKey").equals(infoOfPeer.path("publicKey"))) {
                return peer;
            }
        }
        throw new LabException(node.host() + " does not know its peer");
    }

    private static String method(JsonNode path) {
        String events = path.path("events").toString();
        return events.contains("trying") || events.contains("opening") ? events : "";
    }

    private static String named(String events) {
        if (events.isEmpty()) {
            return "plain";
        }
        return events.contains("PREDICT") ? "prediction" : "spraying";
    }

    private static boolean comesTrue(Duration patience, Callable<Boolean> condition) {
        if (patience.compareTo(POLL) <= 0) {
            return false;
        }
        try {
            Awaitility.await()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(POLL)
                    .atMost(patience)
                    .until(condition);
            return true;
        } catch (ConditionTimeoutException e) {
            return false;
        }
    }
}
