package org.peervpn.testnat.sim;

import org.jspecify.annotations.Nullable;

/**
 * The arguments of {@link Laboratory}.
 *
 * @param seed play this one scenario; null: play many
 * @param trace print every event
 * @param tries of each pair of the matrix
 * @param line give the short lines, not codes
 */
record Arguments(
        @Nullable Long seed, boolean trace, long from, long scenarios, boolean matrix, int tries, boolean line) {
    static final String USAGE = """
            scripts/lab --seed N [--trace]          play one random scenario; print every event of it
            scripts/lab --scenarios N [--from SEED] play N random scenarios, on all processors
            scripts/lab --matrix --sim [--tries N] [--line]  which pairs of NATs connect, how, and after how long
            """;

    /** null if they make no sense. */
    static @Nullable Arguments parse(String... arguments) {
        Long seed = null;
        boolean trace = false;
        boolean matrix = false;
        boolean simulated = false;
        boolean line = false;
        long from = 1;
        long scenarios = 0;
        int tries = 5;
        try {
            for (int i = 0; i < arguments.length; i++) {
                switch (arguments[i]) {
                    case "--seed" -> seed = Long.valueOf(arguments[++i]);
                    case "--scenarios" -> scenarios = Long.parseLong(arguments[++i]);
                    case "--from" -> from = Long.parseLong(arguments[++i]);
                    case "--tries" -> tries = Integer.parseInt(arguments[++i]);
                    case "--trace" -> trace = true;
                    case "--matrix" -> matrix = true;
                    case "--line" -> line = true;
                    case "--sim" -> simulated = true;
                    default -> {
                        return null;
                    }
                }
            }
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return null;
        }
        boolean plays = seed != null || scenarios > 0;
        return plays == matrix || matrix != simulated
                ? null
                : new Arguments(seed, trace, from, scenarios, matrix, tries, line);
    }
}
