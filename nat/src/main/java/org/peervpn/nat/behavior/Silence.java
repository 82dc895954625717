package org.peervpn.nat.behavior;

import java.util.List;

/**
 * When silence means that nothing passes, and not that all was lost. It is measured by questions on the same channel, put
 * at the same time, that can be answered.
 */
final class Silence {
    /** How probable it may be that all answers were lost. */
    private static final double DOUBT = 1e-6;

    private static final long MIN_GRACE_NANOS = 150_000_000L;
    private static final long MAX_GRACE_NANOS = 1_000_000_000L;

    private Silence() {}

    /** True if the unanswered question would have been answered by now, were it not hindered. */
    static boolean proves(Inquiry unanswered, List<Inquiry> controls, long nowNanos) {
        long countedUntil = nowNanos - graceNanos(controls);
        return stillOpen(unanswered.lastSentUntil(countedUntil), controls)
                && doubt(unanswered, controls, countedUntil) <= DOUBT;
    }

    /** The same for a question that is over, in the light of others that were put later. */
    static boolean wouldProve(Inquiry unanswered, List<Inquiry> controls) {
        int sent = controls.stream().mapToInt(Inquiry::sentUntilLastAnswered).sum();
        int answered =
                controls.stream().mapToInt(control -> control.answers().size()).sum();
        return doubt(sent, answered, unanswered.sentUntil(Long.MAX_VALUE)) <= 10 * DOUBT;
    }

    private static double doubt(Inquiry unanswered, List<Inquiry> controls, long countedUntil) {
        int sent = controls.stream()
                .mapToInt(control -> control.sentUntil(countedUntil))
                .sum();
        int answered = controls.stream()
                .mapToInt(control -> control.answeredOfUntil(countedUntil))
                .sum();
        return doubt(sent, answered, unanswered.sentUntil(countedUntil));
    }

    private static double doubt(int sent, int answered, int unanswered) {
        return Math.pow(1 - answered / (sent + 2.0), unanswered);
    }

    /** One was answered that left later than all that counts. */
    private static boolean stillOpen(long lastNanos, List<Inquiry> controls) {
        return controls.stream()
                .flatMap(control -> control.answers().stream())
                .anyMatch(answer -> answer.sentNanos() >= lastNanos);
    }

    /** How long an answer may be under way. */
    static long graceNanos(List<Inquiry> controls) {
        long slowest = controls.stream()
                .flatMap(control -> control.answers().stream())
                .mapToLong(Inquiry.Answer::rttNanos)
                .max()
                .orElse(MAX_GRACE_NANOS);
        return Math.min(MAX_GRACE_NANOS, MIN_GRACE_NANOS + 2 * slowest);
    }
}
