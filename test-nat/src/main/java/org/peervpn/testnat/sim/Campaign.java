package org.peervpn.testnat.sim;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Many scenarios, each in one thread, as many at a time as there are threads. What comes of them does not depend on how many
 * these are: seeds are counted in their order, up to the last failure that is told.
 */
final class Campaign {
    /** More would only repeat the same. */
    static final int MAX_FAILURES = 20;

    /** Bounds what waits. */
    private static final int BATCH = 10_000;

    private final SortedMap<Long, String> failures = new TreeMap<>();
    private long pairs;
    private long expected;
    private long connected;

    /** How one scenario ended. */
    private record End(
            long seed,
            ScenarioRun.@Nullable Outcome outcome,
            @Nullable String failure) {}

    private Campaign() {}

    static Campaign run(long firstSeed, long scenarios) {
        return run(firstSeed, scenarios, Runtime.getRuntime().availableProcessors());
    }

    static Campaign run(long firstSeed, long scenarios, int threads) {
        Campaign campaign = new Campaign();
        ExecutorService players = Executors.newFixedThreadPool(threads);
        try {
            long end = firstSeed + scenarios;
            for (long from = firstSeed; from < end && !campaign.isOver(); from += BATCH) {
                campaign.play(LongStream.range(from, Math.min(end, from + BATCH)), players);
            }
        } finally {
            players.shutdownNow();
        }
        return campaign;
    }

    private void play(LongStream seeds, ExecutorService players) {
        List<CompletableFuture<End>> ends = seeds.mapToObj(
                        seed -> CompletableFuture.supplyAsync(() -> play(seed), players))
                .toList();
        for (CompletableFuture<End> end : ends) {
            if (isOver()) {
                return;
            }
            count(end.join());
        }
    }

    private static End play(long seed) {
        try {
            return new End(seed, new ScenarioRun(new ScenarioDraw(seed).draw(), null).play(), null);
        } catch (AssertionError | RuntimeException e) {
            return new End(seed, null, e.toString());
        }
    }

    private void count(End end) {
        ScenarioRun.Outcome outcome = end.outcome();
        if (end.failure() != null) {
            failures.put(end.seed(), end.failure());
        }
        if (outcome != null) {
            pairs += outcome.pairs();
            expected += outcome.expected();
            connected += outcome.connected();
        }
    }

    private boolean isOver() {
        return failures.size() == MAX_FAILURES;
    }

    long pairs() {
        return pairs;
    }

    /** Of the pairs, those that had to be connected. */
    long expected() {
        return expected;
    }

    /** Of all pairs, those that were. */
    long connected() {
        return connected;
    }

    /** By seed, what went wrong; the first {@value #MAX_FAILURES} at most. */
    SortedMap<Long, String> failures() {
        return failures;
    }

    static String howToReplay(long seed) {
        return "Replay it: scripts/lab --seed " + seed + " --trace";
    }
}
