package org.peervpn.nat.behavior;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.StunCodec;

/**
 * The test of the NAT in one address family, from its first datagram to the {@link NatFindings}:
 *
 * <ol>
 *   <li>The main channel, which is the node's own port, asks all servers as which endpoint they see it.
 *   <li>Once one has answered, fresh channels make the NAT open more mappings; and by a channel of its own for each of
 *       up to three servers that have another address (RFC 5780) the filtering is tested.
 *   <li>Once the endpoint is known, it is tried whether a datagram to it comes back.
 * </ol>
 *
 * Whatever is not known when the time is over remains unknown. Called by one thread.
 */
public final class NatTest {

    /** What the test asks of the edge. Called inside a call of the core; must not call back in. */
    public interface Output {
        /** @param channel {@link #MAIN} or one that is opened when it is first used */
        void send(int channel, InetSocketAddress server, ByteBuffer datagram);

        /** The local port of a channel that has been used. */
        int localPort(int channel);

        /** No server has answered so far. The edge may tell why by {@link NatTest#silenceIs}. */
        void silent();

        void finished(Stage stage);
    }

    public static final int MAIN = 0;
    static final int SECOND = 1;
    private static final int FIRST_FILTER = SECOND + PortTrial.CHANNELS;
    private static final int MAX_FILTER_TRIALS = 3;

    /** Channels that a test uses have smaller numbers. */
    public static final int CHANNELS = FIRST_FILTER + MAX_FILTER_TRIALS;

    public static final int MAX_SERVERS = 10;

    /** All that a test needs, even where much is lost. */
    public static final long BUDGET_NANOS = 6_300_000_000L;

    private static final long SILENT_NANOS = 1_200_000_000L;
    private static final long TICK_NANOS = 40_000_000L;

    private final Output output;
    private final LocalSide local;
    private final Inquiries inquiries;
    private final List<FilterTrial> filters = new ArrayList<>();
    private final Set<Stage> finished = EnumSet.noneOf(Stage.class);
    private final MappingTrial mapping;
    private final List<InetSocketAddress> servers;
    private final long startNanos;
    private final long endNanos;
    private @Nullable PortTrial ports; // until a server has answered
    private @Nullable HairpinTrial hairpin; // until the endpoint is known
    private boolean silenceTold;
    private boolean silenceExplained;
    private boolean onlyTcpPasses;
    private boolean done;
    private long tickNanos;

    /**
     * @param servers of one family; at most {@link #MAX_SERVERS} are asked
     * @param budgetNanos for how long the test may go on
     */
    public NatTest(
            SecureRandom random,
            LocalSide local,
            List<InetSocketAddress> servers,
            Output output,
            long budgetNanos,
            long nowNanos) {
        this.output = output;
        this.local = local;
        this.servers = servers.stream().distinct().limit(MAX_SERVERS).toList();
        this.inquiries = new Inquiries(random, output::send);
        this.mapping = new MappingTrial(inquiries, this.servers, this::isOurs, nowNanos);
        this.startNanos = nowNanos;
        this.endNanos = nowNanos + Math.min(budgetNanos, BUDGET_NANOS);
        this.tickNanos = nowNanos;
        this.done = this.servers.isEmpty();
    }

    /** False if the datagram is no answer to a question of this test. */
    public boolean receiveDatagram(int channel, InetSocketAddress source, ByteBuffer datagram, long nowNanos) {
        if (done || !inquiries.receive(channel, source, datagram, nowNanos)) {
            return false;
        }
        advance(nowNanos);
        return true;
    }

    public void onTimeout(long nowNanos) {
        if (!done && nowNanos >= nextDeadlineNanos()) {
            advance(nowNanos);
        }
    }

    public long nextDeadlineNanos() {
        return done ? Long.MAX_VALUE : Math.min(tickNanos, inquiries.nextDeadlineNanos());
    }

    /**
     * Why no server answers.
     *
     * @param blocked one of their hosts could be reached by TCP, and none has refused UDP
     */
    public void silenceIs(boolean blocked) {
        silenceExplained = true;
        onlyTcpPasses = blocked;
    }

    public boolean done() {
        return done;
    }

    private void advance(long nowNanos) {
        tickNanos = nowNanos + TICK_NANOS;
        mapping.advance(nowNanos);
        List<InetSocketAddress> answering = mapping.answering();
        if (ports == null && !answering.isEmpty()) {
            ports = new PortTrial(inquiries, answering, nowNanos);
        }
        answering.forEach(server -> testFiltering(server, nowNanos));
        filters.forEach(filter -> filter.advance(nowNanos));
        if (hairpin == null && mapping.complete()) {
            hairpin = hairpinTrial(nowNanos);
        }
        if (hairpin != null) {
            hairpin.advance(nowNanos);
        }
        tellSilence(nowNanos);
        inquiries.onTimeout(nowNanos);
        tellProgress(nowNanos);
    }

    private void testFiltering(InetSocketAddress server, long nowNanos) {
        InetSocketAddress other = mapping.otherAddress(server);
        boolean tested =
                filters.stream().anyMatch(filter -> filter.server().getAddress().equals(server.getAddress()));
        if (other != null && !tested && filters.size() < MAX_FILTER_TRIALS) {
            filters.add(new FilterTrial(inquiries, FIRST_FILTER + filters.size(), server, other, nowNanos));
        }
    }

    /** null if the endpoints are not known for sure: nobody else shall be bothered. */
    private @Nullable HairpinTrial hairpinTrial(long nowNanos) {
        MappingVerdict verdict = mapping.verdict();
        boolean known = verdict.dependent() || verdict.confirmed();
        List<Sighting> trusted = mapping.evidence().byOperator(verdict).stream()
                .flatMap(List::stream)
                .toList();
        for (Sighting second : known ? trusted : List.<Sighting>of()) {
            for (Sighting main : trusted) {
                if (second.channel() == SECOND
                        && main.channel() == MAIN
                        && main.server().equals(second.server())) {
                    return new HairpinTrial(inquiries, main.mapped(), second.mapped(), main.server(), nowNanos);
                }
            }
        }
        return null;
    }

    private void tellSilence(long nowNanos) {
        if (!silenceTold && nowNanos - startNanos >= SILENT_NANOS && !inquiries.anyAnswer()) {
            silenceTold = true;
            output.silent();
        }
    }

    private void tellProgress(long nowNanos) {
        boolean timeIsOver = nowNanos >= endNanos;
        boolean silent = mapping.complete() && silenceExplained && !inquiries.anyAnswer();
        boolean filtered = mapping.complete() && filters.stream().allMatch(FilterTrial::ended);
        boolean allocated = ports != null && ports.ended(nowNanos);
        boolean hairpinned = mapping.complete() && allocated && (hairpin == null || hairpin.ended());
        boolean over = timeIsOver || silent;
        tell(Stage.MAPPING, over || mapping.complete());
        tell(Stage.PORTS, over || (mapping.complete() && allocated));
        tell(Stage.FILTERING, over || filtered);
        tell(Stage.HAIRPINNING, over || hairpinned);
        if (finished.size() == Stage.values().length) {
            done = true;
        }
    }

    private void tell(Stage stage, boolean isFinished) {
        if (isFinished && finished.add(stage)) {
            output.finished(stage);
        }
    }

    private boolean isOurs(InetSocketAddress endpoint) {
        return endpoint.getPort() == output.localPort(MAIN) && local.addresses().contains(endpoint.getAddress());
    }

    /** What is known so far. */
    public NatFindings findings() {
        return new Conclusion(
                        mapping,
                        filters,
                        hairpin == null ? null : hairpin.result(),
                        inquiries.anyAnswer(),
                        onlyTcpPasses,
                        local,
                        output::localPort)
                .findings(servers);
    }

    /** True if the datagram may be an answer to a test's question. */
    public static boolean isStun(ByteBuffer datagram) {
        return StunCodec.isStun(datagram);
    }

    /**
     * Where the node is.
     *
     * @param addresses all addresses of the machine
     * @param source the one from which it sends to the internet; null if it has no route
     */
    public record LocalSide(
            Set<InetAddress> addresses, @Nullable InetAddress source) {}
}
