package org.peervpn.testnat.sim;

import java.util.Locale;

/** The command line of the simulated laboratory: {@code scripts/lab} lists what it can do. */
public final class Laboratory {
    private static final double NANOS_PER_SECOND = 1e9;

    private Laboratory() {}

    public static void main(String[] arguments) {
        Arguments parsed = Arguments.parse(arguments);
        if (parsed == null) {
            System.err.print(Arguments.USAGE);
            System.exit(2);
        } else if (parsed.matrix()) {
            Matrix.print(System.out, parsed.tries(), !parsed.line());
        } else if (parsed.seed() != null) {
            System.exit(one(parsed.seed(), parsed.trace()) ? 0 : 1);
        } else {
            System.exit(many(parsed.from(), parsed.scenarios()) ? 0 : 1);
        }
    }

    private static boolean one(long seed, boolean trace) {
        Scenario scenario = new ScenarioDraw(seed).draw();
        System.out.println(scenario.describe());
        try {
            System.out.println(new ScenarioRun(scenario, trace ? System.out::println : null).play());
            return true;
        } catch (AssertionError | RuntimeException e) {
            System.out.flush();
            System.err.println("Seed " + seed + ": " + e.getMessage());
            if (e instanceof RuntimeException) {
                e.printStackTrace();
            }
            return false;
        }
    }

    private static boolean many(long from, long scenarios) {
        long startNanos = System.nanoTime();
        Campaign campaign = Campaign.run(from, scenarios);
        double seconds = (System.nanoTime() - startNanos) / NANOS_PER_SECOND;
        campaign.failures().forEach((seed, why) -> System.out.println("Seed " + seed + ": " + why));
        System.out.printf(
                Locale.ROOT,
                "%d scenarios in %.1f s: %d pairs, %d had to connect, %d did; %d failures%n",
                scenarios,
                seconds,
                campaign.pairs(),
                campaign.expected(),
                campaign.connected(),
                campaign.failures().size());
        if (!campaign.failures().isEmpty()) {
            System.out.println(
                    Campaign.howToReplay(campaign.failures().keySet().iterator().next()));
        }
        return campaign.failures().isEmpty();
    }
}
