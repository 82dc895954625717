package org.peervpn.nat.portmap;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.portmap.Dialect.Answer;
import org.peervpn.nat.portmap.Dialect.Question;

/** A mapping by PCP or NAT-PMP: one question at a time, by datagrams. */
final class DatagramMapper implements Mapper {
    private static final int TRIES = 8; // 64 s, as RFC 6886, section 3.1
    private static final int CHECK_TRIES = 4;
    private static final int RELEASE_TRIES = 3;

    private final Dialect dialect;
    private final int port;
    private final Consumer<ByteBuffer> toServer;
    private final Attempts attempts = new Attempts();
    private final Lease lease = new Lease();

    private Epoch epoch = new Epoch();
    private State state = State.IDLE;
    private boolean present;
    private @Nullable Inet4Address routerAddress; // null while it has told none
    private @Nullable Question asked; // null while nothing is asked
    private @Nullable Inet4Address external; // as last told; null while unknown
    private int externalPort;

    DatagramMapper(Dialect dialect, int port, Consumer<ByteBuffer> toServer) {
        this.dialect = dialect;
        this.port = port;
        this.toServer = toServer;
        this.externalPort = port;
    }

    @Override
    public MappingProtocol protocol() {
        return dialect.protocol();
    }

    @Override
    public State state() {
        return state;
    }

    @Override
    public boolean isPresent() {
        return present;
    }

    @Override
    public @Nullable Inet4Address routerAddress() {
        return routerAddress;
    }

    @Override
    public @Nullable PortMapped mapped() {
        Inet4Address address = external;
        return state != State.MAPPED || address == null
                ? null
                : new PortMapped(
                        new InetSocketAddress(address, externalPort), dialect.protocol(), lease.expiresNanos());
    }

    @Override
    public void seek(long nowNanos) {
        epoch = new Epoch();
        present = false;
        routerAddress = null;
        external = null;
        externalPort = port;
        lease.end();
        state = State.SEEKING;
        ask(Question.PROBE, TRIES, nowNanos);
    }

    @Override
    public void map(long nowNanos) {
        state = State.MAPPING;
        ask(Question.MAP, TRIES, nowNanos);
    }

    @Override
    public void check(long nowNanos) {
        if (state == State.MAPPED && asked == null) {
            ask(Question.PROBE, CHECK_TRIES, nowNanos);
        }
    }

    @Override
    public void release(long nowNanos) {
        lease.end();
        if (state == State.MAPPED || state == State.MAPPING) {
            state = State.RELEASING;
            ask(Question.MAP, RELEASE_TRIES, nowNanos);
        } else if (state != State.RELEASING) {
            stop(State.IDLE);
        }
    }

    /** Returns false if it is no answer to what was asked. */
    boolean receive(ByteBuffer datagram, long nowNanos) {
        Answer answer = dialect.parse(datagram, port);
        if (answer == null || answer.question() != asked) {
            return false;
        }
        if (!answer.speaks()) {
            stop(State.FAILED);
            return true;
        }
        present = true;
        asked = null;
        attempts.end();
        boolean rebooted = epoch.observe(answer.epochSeconds(), nowNanos);
        if (state == State.RELEASING) {
            stop(State.IDLE);
        } else if (answer.question() == Question.PROBE) {
            probed(answer, rebooted, nowNanos);
        } else {
            mapped(answer, nowNanos);
        }
        return true;
    }

    private void probed(Answer answer, boolean rebooted, long nowNanos) {
        if (dialect.probeTellsAddress() && !isUsable(answer)) {
            stop(State.FAILED);
            return;
        }
        if (answer.external() != null) {
            external = answer.external();
        }
        if (state == State.SEEKING) {
            state = State.FOUND;
        } else if (rebooted) {
            ask(Question.MAP, TRIES, nowNanos);
        } else {
            lease.checked(nowNanos);
        }
    }

    private void mapped(Answer answer, long nowNanos) {
        if (!answer.granted() || answer.lifetimeSeconds() == 0 || answer.externalPort() == 0) {
            stop(State.FAILED);
            return;
        }
        if (!dialect.probeTellsAddress() && !isUsable(answer)) {
            state = State.RELEASING; // nobody could reach us by it
            ask(Question.MAP, RELEASE_TRIES, nowNanos);
            return;
        }
        if (answer.external() != null) {
            external = answer.external();
        }
        externalPort = answer.externalPort();
        state = State.MAPPED;
        lease.begin(answer.lifetimeSeconds(), nowNanos);
    }

    private boolean isUsable(Answer answer) {
        Inet4Address address = answer.external();
        if (!answer.granted() || address == null) {
            return false;
        }
        if (Addresses.isHost(address)) {
            routerAddress = address;
        }
        return Addresses.isPublic(address);
    }

    @Override
    public void onTimeout(long nowNanos) {
        if (state == State.MAPPED && lease.isOver(nowNanos)) {
            stop(State.FAILED);
        } else if (attempts.isDue(nowNanos)) {
            tryAgain(nowNanos);
        } else if (state == State.MAPPED && asked == null) {
            if (lease.isToBeRenewed(nowNanos)) {
                ask(Question.MAP, CHECK_TRIES, nowNanos);
            } else if (lease.isToBeChecked(nowNanos)) {
                check(nowNanos);
            }
        }
    }

    @Override
    public long nextDeadlineNanos() {
        if (asked == null) {
            return lease.nextDeadlineNanos();
        }
        return Math.min(attempts.nextDeadlineNanos(), lease.expiresNanos());
    }

    private void ask(Question question, int tries, long nowNanos) {
        asked = question;
        attempts.begin(tries, nowNanos);
        tryAgain(nowNanos);
    }

    private void tryAgain(long nowNanos) {
        if (!attempts.take(nowNanos)) {
            unanswered(nowNanos);
        } else if (asked == Question.PROBE) {
            toServer.accept(dialect.probe());
        } else {
            long lifetime = state == State.RELEASING ? 0 : Lease.LIFETIME_SECONDS;
            toServer.accept(dialect.map(port, externalPort, external, lifetime));
        }
    }

    private void unanswered(long nowNanos) {
        Question question = asked;
        asked = null;
        if (state != State.MAPPED) {
            stop(state == State.RELEASING ? State.IDLE : State.FAILED);
        } else if (question == Question.MAP) {
            lease.renewLater(nowNanos);
        } else {
            lease.checked(nowNanos);
        }
    }

    private void stop(State end) {
        state = end;
        asked = null;
        attempts.end();
        lease.end();
    }
}
