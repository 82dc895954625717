package org.peervpn.nat.behavior;

import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Behavior;
import org.peervpn.nat.StunMessage;
import org.peervpn.nat.StunWish;

/**
 * Tests the filtering with one server (RFC 5780, section 4.4), by a channel that has never sent to its other address.
 *
 * <ol>
 *   <li>The server answers, which opens the filter for it, and names its other address.
 *   <li>It is asked to answer from there, and from its other port. What arrives is proof, if it came from the right place.
 *   <li>What does not arrive proves nothing yet: many servers cannot do what they were asked to. So the channel sends to
 *       the place from which the answer was missing, and asks the server again. Only if now it does arrive was it the
 *       filter that kept it out.
 * </ol>
 *
 * If the mapping depends on the destination, the answer of the last step would come to the mapping for the server, which
 * is still closed for that place; so it is sent to the port of the other mapping (RESPONSE-PORT).
 */
final class FilterTrial {
    private static final Pace CONTROL = Pace.millis(80, 80, Pace.ENDLESS);
    private static final Pace CHANGED = Pace.millis(80, 80, 1);
    private static final Pace OPENING = Pace.millis(100, 30, 1);
    private static final Pace PROOF = Pace.millis(60, 60, 6);
    private static final StunWish BOTH = new StunWish(true, true, 0);
    private static final StunWish PORT = new StunWish(false, true, 0);

    private final Inquiries inquiries;
    private final int channel;
    private final InetSocketAddress server;
    private final InetSocketAddress other;
    private final InetSocketAddress otherPort;
    private final Inquiry control;
    private @Nullable Inquiry both; // from the other address and port; null until the server has answered
    private @Nullable Inquiry port; // from the other port
    private @Nullable Inquiry opening; // until silence is certain
    private @Nullable Inquiry proof; // until the way is open
    private @Nullable Behavior suspected; // what the silence means if the server can do what it was asked to
    private @Nullable Behavior behavior;
    private boolean ended;

    FilterTrial(Inquiries inquiries, int channel, InetSocketAddress server, InetSocketAddress other, long nowNanos) {
        this.inquiries = inquiries;
        this.channel = channel;
        this.server = server;
        this.other = other;
        this.otherPort = new InetSocketAddress(server.getAddress(), other.getPort());
        this.control = inquiries.begin(channel, server, CONTROL, nowNanos);
    }

    InetSocketAddress server() {
        return server;
    }

    InetSocketAddress other() {
        return other;
    }

    boolean ended() {
        return ended;
    }

    /** null if it could not be found out by this server, or has not been yet. */
    @Nullable
    Behavior behavior() {
        return behavior;
    }

    void advance(long nowNanos) {
        if (ended || !control.isAnswered()) {
            return;
        }
        if (!control.answers().stream().allMatch(this::isHonest)) {
            end(null);
        } else if (both == null || port == null) {
            both = inquiries.begin(channel, server, BOTH, CHANGED, nowNanos);
            port = inquiries.begin(channel, server, PORT, CHANGED, nowNanos);
        } else if (proof != null) {
            prove(proof, nowNanos);
        } else if (opening != null) {
            open(opening, nowNanos);
        } else {
            listen(both, port, nowNanos);
        }
    }

    /** Names itself and its other address, and always the same. */
    private boolean isHonest(Inquiry.Answer answer) {
        return server.equals(answer.message().responseOrigin())
                && other.equals(answer.message().otherAddress())
                && Sighting.mapped(server, answer.message()) != null;
    }

    private void listen(Inquiry fromBoth, Inquiry fromPort, long nowNanos) {
        boolean foul = !cameFrom(fromBoth, other) || !cameFrom(fromPort, otherPort);
        if (foul) {
            end(null);
        } else if (fromBoth.isAnswered()) {
            end(Behavior.ENDPOINT_INDEPENDENT);
        } else if (isSilent(fromBoth, nowNanos) && fromPort.isAnswered()) {
            suspect(Behavior.ADDRESS_DEPENDENT, other, nowNanos);
        } else if (isSilent(fromBoth, nowNanos) && isSilent(fromPort, nowNanos)) {
            suspect(Behavior.ADDRESS_AND_PORT_DEPENDENT, otherPort, nowNanos);
        }
    }

    private boolean isSilent(Inquiry inquiry, long nowNanos) {
        return !inquiry.isAnswered() && Silence.proves(inquiry, List.of(control), nowNanos);
    }

    /** True if it has no answer, or one from the right place that says so itself. */
    private static boolean cameFrom(Inquiry inquiry, InetSocketAddress place) {
        return inquiry.answers().stream()
                .allMatch(answer -> answer.message().type() == StunMessage.Type.SUCCESS
                        && answer.source().equals(place)
                        && place.equals(answer.message().responseOrigin()));
    }

    private void suspect(Behavior what, InetSocketAddress place, long nowNanos) {
        suspected = what;
        if (both != null && port != null) {
            both.end();
            port.end();
        }
        // Answers that are under way must not find the door open.
        opening = inquiries.begin(channel, place, OPENING, nowNanos + Silence.graceNanos(List.of(control)));
    }

    private void open(Inquiry toThePlace, long nowNanos) {
        if ((both != null && both.isAnswered())
                || (suspected != Behavior.ADDRESS_DEPENDENT && port != null && port.isAnswered())) {
            end(null); // it was under way all the time
            return;
        }
        Inquiry.Answer answer = toThePlace.first();
        Inquiry.Answer known = control.first();
        if (answer == null || known == null) {
            return;
        }
        InetSocketAddress here = Sighting.mapped(server, known.message());
        InetSocketAddress there = Sighting.mapped(server, answer.message());
        if (here == null || there == null || !here.getAddress().equals(there.getAddress())) {
            end(null); // two external addresses: there is no way to make the answer come to the right one
            return;
        }
        boolean address = suspected == Behavior.ADDRESS_DEPENDENT;
        int responsePort = here.getPort() == there.getPort() ? 0 : there.getPort();
        proof = inquiries.begin(channel, server, new StunWish(address, true, responsePort), PROOF, nowNanos);
    }

    private void prove(Inquiry asked, long nowNanos) {
        if (!cameFrom(asked, suspected == Behavior.ADDRESS_DEPENDENT ? other : otherPort)) {
            end(null);
        } else if (asked.satisfied()) {
            // How much is lost on the way from the other place is known only now.
            Inquiry silent = suspected == Behavior.ADDRESS_DEPENDENT ? both : port;
            boolean certain = silent != null && Silence.wouldProve(silent, List.of(control, asked));
            end(certain ? suspected : null);
        } else if (Silence.proves(asked, List.of(control), nowNanos) && !asked.isAnswered()) {
            end(null); // the server cannot do it
        }
    }

    private void end(@Nullable Behavior result) {
        behavior = result;
        ended = true;
        for (Inquiry inquiry : new Inquiry[] {control, both, port, opening, proof}) {
            if (inquiry != null) {
                inquiry.end();
            }
        }
    }
}
