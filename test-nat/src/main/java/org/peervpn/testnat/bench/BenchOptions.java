package org.peervpn.testnat.bench;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What {@code scripts/bench} was asked for. */
record BenchOptions(Pace pace, int rounds, Set<Row> rows) {
    private static final int ROUNDS = 5;
    private static final int QUICK_ROUNDS = 1;
    private static final int MAX_ROUNDS = 99;

    /** @throws IllegalArgumentException with one line for whoever typed them */
    static BenchOptions parse(String... arguments) {
        Pace pace = Pace.FULL;
        int rounds = 0;
        Set<Row> rows = EnumSet.noneOf(Row.class);
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--quick" -> pace = Pace.QUICK;
                case "--rounds" -> rounds = rounds(++i < arguments.length ? arguments[i] : "nothing");
                default -> rows.add(row(arguments[i]));
            }
        }
        int wanted = rounds > 0 ? rounds : pace.equals(Pace.QUICK) ? QUICK_ROUNDS : ROUNDS;
        return new BenchOptions(pace, wanted, rows.isEmpty() ? EnumSet.allOf(Row.class) : rows);
    }

    private static int rounds(String text) {
        if (!text.matches("[1-9]\\d?")) {
            throw new IllegalArgumentException("--rounds takes a number from 1 to " + MAX_ROUNDS + ", not " + text);
        }
        return Integer.parseInt(text);
    }

    private static Row row(String word) {
        Row row = Row.named(word);
        if (row == null) {
            String words = Stream.of(Row.values()).map(Row::word).collect(Collectors.joining(", "));
            throw new IllegalArgumentException("there is no row " + word + "; there are " + words);
        }
        return row;
    }
}
