package org.peervpn.testnat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A node of ours and its stock peer in a long run: one is the other's exit, and from the client a TCP connection of steady
 * rate and pings run through the tunnel to the web server. Results may be asked for by another thread.
 */
final class SoakLink {
    /** Five a second: our client finds its exit again within three seconds. */
    static final int LOST_WHEN_OURS_MOVES = 15;

    /** wireguard-go sends nothing for 15 s after it has lost the address from which it has sent. */
    static final int LOST_WHEN_STOCK_MOVES = 100;

    private static final String OUR_INTERFACE = "peervpn0";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern SEQUENCE = Pattern.compile("icmp_seq=(\\d+)");
    /** The longest that iperf3 takes. */
    private static final int LONGER_THAN_ANY_RUN = 86_400;

    /** Two sights of one handshake differ by as long as a busy machine takes to tell. */
    private static final long ONE_HANDSHAKE_SECONDS = 30;

    private final String name;
    private final Peervpn node;
    private final WireGuardGo stock;
    private final Host client;
    private final Host web;
    private final int port;
    private final int megabits;
    private final int mayBeLostPerMove;
    private final String lan;
    private final RunningProcess ping;
    private RunningProcess stream;
    private boolean elsewhere;

    private long lastOfStock;
    private long lastOfOurs = Long.MIN_VALUE;
    private int stockHandshakes;
    private int ourHandshakes;
    private int connectionsLost;
    private int roamed;
    private long bytes;
    private TunnelQueues stockQueues = TunnelQueues.UNUSED;
    private TunnelQueues ourQueues = TunnelQueues.UNUSED;
    private final List<Integer> memory = new ArrayList<>();

    /** The two are connected, and the client has its first address. */
    SoakLink(String name, Peervpn node, WireGuardGo stock, Host client, Host web, int port, int megabits) {
        this.mayBeLostPerMove = client == node.host() ? LOST_WHEN_OURS_MOVES : LOST_WHEN_STOCK_MOVES;
        this.name = name;
        this.node = node;
        this.stock = stock;
        this.client = client;
        this.web = web;
        this.port = port;
        this.megabits = megabits;
        this.lan = client.ipv4().replaceFirst("\\d+$", "");
        web.start("iperf3", "--server", "--forceflush", "--port", "" + port).awaitLine("Server listening", PATIENCE);
        ping = client.start("ping", "-n", "-O", "-i", "0.2", web.ipv4());
        stream = newStream();
    }

    private RunningProcess newStream() {
        return client.start(
                "iperf3",
                "--client",
                web.ipv4(),
                "--port",
                "" + port,
                "--bitrate",
                megabits + "M",
                "--interval",
                "10",
                "--time",
                "" + LONGER_THAN_ANY_RUN);
    }

    /** What is cheap to see. */
    void look() {
        long ofStock = stock.lastHandshakeSeconds();
        synchronized (this) {
            if (ofStock > lastOfStock) {
                stockHandshakes++;
                lastOfStock = ofStock;
            }
            if (!stream.isAlive()) {
                connectionsLost++;
                stream = newStream();
            }
        }
    }

    /** What our node tells of itself, and the kernel of both ends. */
    void ask(long nowSeconds) {
        JsonNode peer = node.peer(stock.publicKey());
        int now = memoryNow();
        TunnelQueues ofStock = stock.queues();
        TunnelQueues ours = Proc.queues(node.node().pid(), OUR_INTERFACE);
        synchronized (this) {
            long ofOurs = nowSeconds - peer.path("lastHandshakeSeconds").asLong();
            if (ofOurs > lastOfOurs + ONE_HANDSHAKE_SECONDS) {
                ourHandshakes++;
                lastOfOurs = ofOurs;
            }
            bytes = peer.path("rxBytes").asLong() + peer.path("txBytes").asLong();
            memory.add(now);
            stockQueues = ofStock;
            ourQueues = ours;
        }
    }

    /** The client's address changes. */
    void roam() {
        client.readdress(lan + (elsewhere ? "77" : "2"), lan + (elsewhere ? "2" : "77"), lan + "1");
        elsewhere = !elsewhere;
        synchronized (this) {
            roamed++;
        }
    }

    synchronized SoakResult result(Duration lasted) {
        List<String> lines = ping.output();
        int sent = lines.stream().mapToInt(SoakLink::sequence).max().orElse(0);
        int[] answered = lines.stream()
                .filter(line -> line.contains("bytes from") && !line.contains("DUP!"))
                .mapToInt(SoakLink::sequence)
                .toArray();
        long logBytes = node.node().lines().stream()
                .mapToLong(line -> line.length() + 1L)
                .sum();
        return new SoakResult(
                name,
                lasted,
                stockHandshakes,
                ourHandshakes,
                sent,
                sent - answered.length,
                SoakResult.mostInARow(sent, answered),
                mayBeLostPerMove,
                bytes,
                connectionsLost,
                roamed,
                List.copyOf(memory),
                logBytes,
                node.node().isAlive(),
                stockQueues,
                ourQueues);
    }

    private static int sequence(String line) {
        Matcher matcher = SEQUENCE.matcher(line);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    }

    /** In MiB. */
    private int memoryNow() {
        return (int) Proc.residentMib(node.node().pid()).orElse(0);
    }
}
