package org.peervpn.testnat.sim;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;

/**
 * Many scenarios, several at a time, each in one thread.
 *
 * @param failures by seed, what went wrong
 */
record Campaign(long pairs, long expected, long connected, Map<Long, String> failures) {
    /** More would only repeat the same. */
    private static final int MAX_FAILURES = 20;

    static Campaign run(long firstSeed, long scenarios) {
        LongAdder pairs = new LongAdder();
        LongAdder expected = new LongAdder();
        LongAdder connected = new LongAdder();
        Map<Long, String> failures = new ConcurrentSkipListMap<>();
        LongStream.range(firstSeed, firstSeed + scenarios).parallel().forEach(seed -> {
            if (failures.size() >= MAX_FAILURES) {
                return;
            }
            try {
                ScenarioRun.Outcome outcome = new ScenarioRun(new ScenarioDraw(seed).draw(), null).play();
                pairs.add(outcome.pairs());
                expected.add(outcome.expected());
                connected.add(outcome.connected());
            } catch (AssertionError | RuntimeException e) {
                failures.put(seed, e.toString());
            }
        });
        return new Campaign(pairs.sum(), expected.sum(), connected.sum(), failures);
    }

    static String howToReplay(long seed) {
        return "Replay it: scripts/lab --seed " + seed + " --trace";
    }
}
