package org.peervpn.nat.behavior;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.StunMessage;
import org.peervpn.nat.StunWish;

/**
 * Measures for how long the NAT keeps an idle mapping (RFC 5780, section 4.6). Some channels, the sleepers, talk to a
 * server as a tunnel would, and then are silent, each for another time. After that another channel has the server send to
 * the sleeper's port (RESPONSE-PORT): what arrives shows that the mapping lives. What does not arrive shows that it is
 * dead, if the same to a channel that was never silent does.
 */
public final class LifetimeTest {

    /** What the test asks of the edge. Called inside a call of the core; must not call back in. */
    public interface Output {
        void send(int channel, InetSocketAddress server, ByteBuffer datagram);

        void progress(int percent);
    }

    static final int[] IDLE_SECONDS = {5, 10, 20, 30, 45, 60, 90, 120, 150, 180};

    private static final int ASKING = 0;
    private static final int AWAKE = 1;
    private static final int FIRST_SLEEPER = 2;

    private static final Pace ONCE = Pace.millis(250, 12, 1);
    private static final Pace KEEPALIVE = Pace.millis(500, 1000, Pace.ENDLESS);
    private static final Pace CAPABLE = Pace.millis(100, 35, 3);
    private static final Pace WAKE = Pace.millis(100, 60, 1);
    private static final Pace CONTROL = Pace.millis(100, 60, Pace.ENDLESS);
    private static final long SERVER_PATIENCE_NANOS = seconds(4);
    private static final long TICK_NANOS = 100_000_000L;

    /** Linux gives a mapping its longer life only if it is used for more than 2 s. */
    private static final long TALK_NANOS = seconds(3);

    private final Inquiries inquiries;
    private final Output output;
    private final List<InetSocketAddress> servers;
    private final List<Sleeper> sleepers = new ArrayList<>();
    private @Nullable Candidate candidate; // the server that is being tried or used
    private int tried;
    private long startNanos;
    private long tickNanos;
    private int percent = -1;
    private boolean done;
    private @Nullable Integer aliveSeconds; // null while nothing is known

    /** @param servers of one family that answer */
    public LifetimeTest(SecureRandom random, List<InetSocketAddress> servers, Output output, long nowNanos) {
        this.inquiries = new Inquiries(random, output::send);
        this.output = output;
        this.servers = List.copyOf(servers);
        this.tickNanos = nowNanos;
    }

    private final class Candidate {
        private final InetSocketAddress server;
        private final Inquiry awake;
        private final Inquiry asking;
        private final long sinceNanos;
        private @Nullable Inquiry capable; // until both channels have been answered

        Candidate(InetSocketAddress server, long nowNanos) {
            this.server = server;
            this.awake = inquiries.begin(AWAKE, server, KEEPALIVE, nowNanos);
            this.asking = inquiries.begin(ASKING, server, ONCE, nowNanos);
            this.sinceNanos = nowNanos;
        }

        void advance(long nowNanos) {
            int port = port(awake);
            if (capable == null && port != 0 && asking.isAnswered()) {
                capable = inquiries.begin(ASKING, server, new StunWish(false, false, port), CAPABLE, nowNanos);
            }
        }

        boolean failed(long nowNanos) {
            return nowNanos - sinceNanos >= SERVER_PATIENCE_NANOS || (capable != null && !cameTo(capable, AWAKE));
        }

        boolean proved() {
            return capable != null && capable.satisfied();
        }

        void end() {
            awake.end();
            asking.end();
            if (capable != null) {
                capable.end();
            }
        }
    }

    private final class Sleeper {
        private final int seconds;
        private final int channel;
        private final Inquiry first;
        private final Inquiry last;
        private @Nullable Inquiry wake; // while it sleeps
        private @Nullable Inquiry control;
        private @Nullable Boolean alive; // until it is known
        private boolean over;

        Sleeper(int index, InetSocketAddress server, long nowNanos) {
            this.seconds = IDLE_SECONDS[index];
            this.channel = FIRST_SLEEPER + index;
            long startNanos = nowNanos + index * TICK_NANOS / 2;
            this.first = inquiries.begin(channel, server, ONCE, startNanos);
            this.last = inquiries.begin(channel, server, ONCE, startNanos + TALK_NANOS);
        }

        void advance(Candidate server, long nowNanos) {
            Inquiry.Answer fellAsleep = last.first();
            if (over) {
                return;
            }
            if (wake != null && control != null) {
                listen(wake, control, nowNanos);
            } else if (fellAsleep == null) {
                over = last.over(nowNanos, TALK_NANOS);
            } else if (nowNanos - fellAsleep.receivedNanos() >= seconds(seconds)) {
                wake = ask(server, port(first));
                control = inquiries.begin(
                        ASKING, server.server, new StunWish(false, false, port(server.awake)), CONTROL, nowNanos);
            }
        }

        private Inquiry ask(Candidate server, int port) {
            return inquiries.begin(ASKING, server.server, new StunWish(false, false, port), WAKE, tickNanos);
        }

        private void listen(Inquiry asked, Inquiry beside, long nowNanos) {
            if (asked.isAnswered()) {
                end(cameTo(asked, channel) ? true : null);
            } else if (Silence.proves(asked, List.of(beside), nowNanos)) {
                end(false);
            } else if (asked.over(nowNanos, TALK_NANOS)) {
                end(null);
            }
        }

        private void end(@Nullable Boolean lives) {
            alive = lives;
            over = true;
            if (wake != null && control != null) {
                wake.end();
                control.end();
            }
        }
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

    public boolean done() {
        return done;
    }

    /** For how long an idle mapping lives at least, of those times that are tried; null if it could not be measured. */
    public @Nullable Integer aliveSeconds() {
        return aliveSeconds;
    }

    /** False if no server can be had to send to another port, so that nothing could be measured. */
    public boolean foundServer() {
        return !sleepers.isEmpty();
    }

    private void advance(long nowNanos) {
        tickNanos = nowNanos + TICK_NANOS;
        if (sleepers.isEmpty()) {
            findServer(nowNanos);
        } else if (candidate != null) {
            watch(candidate, nowNanos);
        }
        if (!done) {
            inquiries.onTimeout(nowNanos);
        }
    }

    private void findServer(long nowNanos) {
        if (candidate != null) {
            candidate.advance(nowNanos);
            if (candidate.proved() && !candidate.failed(nowNanos)) {
                startNanos = nowNanos;
                for (int i = 0; i < IDLE_SECONDS.length; i++) {
                    sleepers.add(new Sleeper(i, candidate.server, nowNanos));
                }
                return;
            }
            if (!candidate.failed(nowNanos)) {
                return;
            }
            candidate.end();
        }
        if (tried == servers.size()) {
            done = true;
        } else {
            candidate = new Candidate(servers.get(tried), nowNanos);
            tried++;
        }
    }

    private void watch(Candidate server, long nowNanos) {
        for (Sleeper sleeper : sleepers) {
            sleeper.advance(server, nowNanos);
            if (Boolean.FALSE.equals(sleeper.alive)) {
                if (sleeper == sleepers.get(0)) {
                    aliveSeconds = 0; // of a later one it is not known what it survived, if the first ones were lost
                }
                done = true;
                return;
            }
            if (Boolean.TRUE.equals(sleeper.alive)) {
                aliveSeconds = sleeper.seconds;
            }
        }
        done = sleepers.stream().allMatch(sleeper -> sleeper.over);
        long all = TALK_NANOS + seconds(IDLE_SECONDS[IDLE_SECONDS.length - 1]);
        tellProgress((int) Math.min(100, 100 * (nowNanos - startNanos) / all));
    }

    private void tellProgress(int now) {
        if (now != percent) {
            percent = now;
            output.progress(now);
        }
    }

    private static boolean cameTo(Inquiry asked, int channel) {
        return asked.answers().stream()
                .allMatch(answer ->
                        answer.channel() == channel && answer.message().type() == StunMessage.Type.SUCCESS);
    }

    /** The external port of whoever asked; 0 while it is not known. */
    private static int port(Inquiry asked) {
        Inquiry.Answer answer = asked.first();
        InetSocketAddress mapped = answer == null ? null : Sighting.mapped(asked.server(), answer.message());
        return mapped == null ? 0 : mapped.getPort();
    }

    private static long seconds(int seconds) {
        return seconds * 1_000_000_000L;
    }
}
