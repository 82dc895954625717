package org.peervpn.nat.behavior;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.StunMessage;
import org.peervpn.nat.StunWish;

/**
 * One question to one address by one channel, put again and again until it has been answered often enough; each time with
 * a transaction id of its own, so that answers and losses can be counted.
 */
final class Inquiry {

    /**
     * @param channel by which it came
     * @param message a request if our own question came back to us
     */
    record Answer(int channel, InetSocketAddress source, StunMessage message, long sentNanos, long receivedNanos) {
        long rttNanos() {
            return receivedNanos - sentNanos;
        }
    }

    private final int channel;
    private final InetSocketAddress server;
    private final StunWish wish;
    private final Pace pace;
    private final List<Long> sentNanos = new ArrayList<>();
    private final List<Answer> answers = new ArrayList<>();
    private long nextNanos;
    private boolean ended;

    Inquiry(int channel, InetSocketAddress server, StunWish wish, Pace pace, long startNanos) {
        this.channel = channel;
        this.server = server;
        this.wish = wish;
        this.pace = pace;
        this.nextNanos = startNanos;
    }

    int channel() {
        return channel;
    }

    InetSocketAddress server() {
        return server;
    }

    StunWish wish() {
        return wish;
    }

    /** To be put at this moment; {@link Long#MAX_VALUE} for never again. */
    long nextNanos() {
        return ended ? Long.MAX_VALUE : nextNanos;
    }

    void sent(long nowNanos) {
        sentNanos.add(nowNanos);
        nextNanos = nowNanos + pace.gapNanos();
        if (sentNanos.size() >= pace.maxSends()) {
            ended = true;
        }
    }

    void answered(Answer answer) {
        answers.add(answer);
        if (answers.size() >= pace.wantedAnswers()) {
            ended = true;
        }
    }

    void end() {
        ended = true;
    }

    boolean satisfied() {
        return answers.size() >= pace.wantedAnswers();
    }

    /** Will not be put again, and what was put has had its time. */
    boolean over(long nowNanos, long patienceNanos) {
        return satisfied() || (ended && (sentNanos.isEmpty() || last() + patienceNanos <= nowNanos));
    }

    List<Answer> answers() {
        return answers;
    }

    @Nullable
    Answer first() {
        return answers.isEmpty() ? null : answers.get(0);
    }

    boolean isAnswered() {
        return !answers.isEmpty();
    }

    /** How often it was put up to a moment. */
    int sentUntil(long nanos) {
        return (int) sentNanos.stream().filter(sent -> sent <= nanos).count();
    }

    long lastSentUntil(long nanos) {
        return sentNanos.stream().filter(sent -> sent <= nanos).reduce(0L, Math::max);
    }

    /** How many of those that were put up to a moment were answered. */
    int answeredOfUntil(long nanos) {
        return (int) answers.stream().filter(sentBy(nanos)).count();
    }

    /** How often it was put, without what may be under way. */
    int sentUntilLastAnswered() {
        return sentUntil(answers.stream().mapToLong(Answer::sentNanos).max().orElse(Long.MAX_VALUE));
    }

    long firstSentNanos() {
        return sentNanos.isEmpty() ? Long.MAX_VALUE : sentNanos.get(0);
    }

    private long last() {
        return sentNanos.get(sentNanos.size() - 1);
    }

    private static Predicate<Answer> sentBy(long nanos) {
        return answer -> answer.sentNanos <= nanos;
    }
}
