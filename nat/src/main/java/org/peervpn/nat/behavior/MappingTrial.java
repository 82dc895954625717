package org.peervpn.nat.behavior;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Asks all servers by the main channel as which endpoint they see it, and at their other address and port as well. If
 * they differ, asks them again by a second channel, so that the NAT can be told from a server that lies.
 */
final class MappingTrial {
    private static final Pace TWICE = Pace.millis(250, 14, 2);
    private static final Pace ONCE = Pace.millis(250, 12, 1);
    private static final long STAGGER_NANOS = 20_000_000L;

    /** Servers that do not answer are waited for no longer if the others suffice. */
    private static final long PATIENCE_NANOS = 2_000_000_000L;

    private static final long LONG_PATIENCE_NANOS = 4_300_000_000L;
    private static final long SILENT_PATIENCE_NANOS = 3_400_000_000L;
    private static final int MAX_EXTENDED = 3;

    private final Inquiries inquiries;
    private final Predicate<InetSocketAddress> isOurs;
    private final Map<InetSocketAddress, Inquiry> main = new LinkedHashMap<>();
    private final Map<InetSocketAddress, Inquiry> second = new LinkedHashMap<>();
    private final List<InetSocketAddress> servers;
    private final List<InetSocketAddress> extended = new ArrayList<>(); // servers whose other addresses are asked too
    private final long startNanos;
    private int weighed; // so many answers have been weighed
    private boolean patienceOver;
    private boolean complete;
    private MappingVerdict verdict = MappingVerdict.UNKNOWN;

    MappingTrial(
            Inquiries inquiries, List<InetSocketAddress> servers, Predicate<InetSocketAddress> isOurs, long nowNanos) {
        this.inquiries = inquiries;
        this.servers = List.copyOf(servers);
        this.isOurs = isOurs;
        this.startNanos = nowNanos;
        servers.forEach(server -> ask(server, startNanos + main.size() * STAGGER_NANOS));
    }

    void advance(long nowNanos) {
        if (complete) {
            return;
        }
        List.copyOf(main.values()).forEach(inquiry -> extend(inquiry, nowNanos));
        long waited = nowNanos - startNanos;
        boolean patienceEnds = waited >= PATIENCE_NANOS && !patienceOver;
        if (weighed != inquiries.answers() || patienceEnds) {
            patienceOver |= patienceEnds;
            weigh(nowNanos);
        }
        boolean allSatisfied = satisfied(main) && satisfied(second);
        complete = allSatisfied
                || (verdict.decided() && waited >= PATIENCE_NANOS)
                || waited >= (inquiries.anyAnswer() ? LONG_PATIENCE_NANOS : SILENT_PATIENCE_NANOS);
        if (complete) {
            main.values().forEach(Inquiry::end);
            second.values().forEach(Inquiry::end);
        }
    }

    private void weigh(long nowNanos) {
        weighed = inquiries.answers();
        Evidence evidence = evidence();
        if (evidence.differ()) {
            main.values().stream().filter(Inquiry::isAnswered).forEach(inquiry -> askAgain(inquiry.server(), nowNanos));
        }
        verdict = evidence.mapping(satisfied(second) || patienceOver);
    }

    private static boolean satisfied(Map<InetSocketAddress, Inquiry> asked) {
        return asked.values().stream().allMatch(Inquiry::satisfied);
    }

    Evidence evidence() {
        return new Evidence(inquiries.all(), isOurs, NatTest.SECOND);
    }

    boolean complete() {
        return complete;
    }

    MappingVerdict verdict() {
        return verdict;
    }

    /** Those that answer, the first first. */
    List<InetSocketAddress> answering() {
        return servers.stream()
                .map(main::get)
                .filter(Objects::nonNull)
                .filter(Inquiry::isAnswered)
                .map(Inquiry::server)
                .toList();
    }

    @Nullable
    Inquiry asked(InetSocketAddress server) {
        return main.get(server);
    }

    /** null unless the server has one where it can be asked. */
    @Nullable
    InetSocketAddress otherAddress(InetSocketAddress server) {
        Inquiry inquiry = main.get(server);
        Inquiry.Answer answer = inquiry == null ? null : inquiry.first();
        return answer == null ? null : Operators.otherAddress(server, answer.message());
    }

    private void extend(Inquiry inquiry, long nowNanos) {
        InetSocketAddress server = inquiry.server();
        InetSocketAddress other = servers.contains(server) ? otherAddress(server) : null;
        if (other == null || extended.contains(server) || extended.size() == MAX_EXTENDED) {
            return;
        }
        extended.add(server);
        ask(new InetSocketAddress(server.getAddress(), other.getPort()), nowNanos);
        ask(other, nowNanos + STAGGER_NANOS);
    }

    private void ask(InetSocketAddress server, long atNanos) {
        main.computeIfAbsent(server, asked -> inquiries.begin(NatTest.MAIN, asked, TWICE, atNanos));
    }

    private void askAgain(InetSocketAddress server, long nowNanos) {
        second.computeIfAbsent(
                server,
                asked -> inquiries.begin(NatTest.SECOND, asked, ONCE, nowNanos + second.size() * STAGGER_NANOS));
    }
}
