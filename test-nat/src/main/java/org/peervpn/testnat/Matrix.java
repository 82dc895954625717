package org.peervpn.testnat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.peervpn.testnat.Traversal.By;
import org.peervpn.testnat.Traversal.Outcome;

/**
 * Connects all pairs of kinds of NATs and prints a table: {@code Matrix [code|line]}; or one pair many times: {@code
 * Matrix LEFT RIGHT TRIES}, with the names of {@link NatKind}.
 */
public final class Matrix {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private Matrix() {}

    public static void main(String[] arguments) {
        if (arguments.length == 3) {
            repeat(NatKind.valueOf(arguments[0]), NatKind.valueOf(arguments[1]), Integer.parseInt(arguments[2]));
            return;
        }
        By by = arguments.length > 0 ? By.valueOf(arguments[0].toUpperCase(Locale.ROOT)) : By.CODE;
        List<NatKind> all = List.of(NatKind.values());
        List<Outcome> outcomes = new ArrayList<>();
        try (Lab lab = Lab.create()) {
            Traversal traversal = Traversal.build(lab, all, all);
            for (int i = 0; i < all.size(); i++) {
                NatKind one = all.get(i);
                for (NatKind other : all.subList(i, all.size())) {
                    boolean hopeless = one.isHard() && other.isHard();
                    Outcome outcome = traversal.connect(one, other, by, hopeless ? Duration.ofSeconds(5) : PATIENCE);
                    System.out.printf(
                            Locale.ROOT,
                            "%-28s %-28s %-8s %-10s %5.2f s%n",
                            one,
                            other,
                            outcome.direct() ? "direct" : "none",
                            outcome.method(),
                            outcome.seconds());
                    if (!hopeless) {
                        explain(outcome);
                    }
                    outcomes.add(outcome);
                }
            }
        }
        summary(outcomes);
    }

    private static void repeat(NatKind one, NatKind other, int tries) {
        List<Outcome> outcomes = new ArrayList<>();
        try (Lab lab = Lab.create()) {
            Traversal traversal = Traversal.build(lab, List.of(one), List.of(other));
            for (int i = 0; i < tries; i++) {
                Outcome outcome = traversal.connect(one, other, By.CODE, PATIENCE);
                System.out.printf(Locale.ROOT, "%s %.2f s%n", outcome.method(), outcome.seconds());
                explain(outcome);
                outcomes.add(outcome);
                traversal.forgetMappings();
            }
        }
        long soon = outcomes.stream()
                .filter(outcome -> outcome.direct() && outcome.seconds() <= 15)
                .count();
        System.out.printf(Locale.ROOT, "%s with %s: %d of %d within 15 s%n", one, other, soon, tries);
        summary(outcomes);
    }

    private static void explain(Outcome outcome) {
        if (!outcome.direct()) {
            outcome.events().forEach(event -> System.out.println("    " + event));
        }
    }

    private static void summary(List<Outcome> outcomes) {
        List<Double> plain = seconds(outcomes, false);
        List<Double> tricks = seconds(outcomes, true);
        System.out.printf(
                Locale.ROOT,
                "%d of %d pairs direct; no trick needed: %s; with a trick: %s%n",
                outcomes.stream().filter(Outcome::direct).count(),
                outcomes.size(),
                spread(plain),
                spread(tricks));
    }

    private static String spread(List<Double> sorted) {
        if (sorted.isEmpty()) {
            return "none";
        }
        double median = sorted.get(sorted.size() / 2);
        return String.format(Locale.ROOT, "median %.2f s, worst %.2f s", median, sorted.get(sorted.size() - 1));
    }

    private static List<Double> seconds(List<Outcome> outcomes, boolean trick) {
        return outcomes.stream()
                .filter(outcome -> outcome.direct() && NatKind.needTrick(outcome.left(), outcome.right()) == trick)
                .map(Outcome::seconds)
                .sorted()
                .toList();
    }
}
