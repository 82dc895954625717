package org.peervpn.testnat.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * All figures: for each row and contender one of each round, or none where it could not be measured.
 *
 * @param contenders their names, in the order of the table
 * @param reference with whom the others are compared
 */
record Results(List<String> contenders, String reference, Map<Row, Map<String, List<Double>>> figures) {
    /** Of many figures. */
    record Spread(double median, double least, double most) {
        static Optional<Spread> of(List<Double> figures) {
            List<Double> sorted =
                    figures.stream().filter(Double::isFinite).sorted().toList();
            if (sorted.isEmpty()) {
                return Optional.empty();
            }
            int middle = sorted.size() / 2;
            double median =
                    sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
            return Optional.of(new Spread(median, sorted.get(0), sorted.get(sorted.size() - 1)));
        }

        /** The median, and least and most in brackets. */
        String text() {
            return least == most ? number(median) : number(median) + " (" + number(least) + "–" + number(most) + ")";
        }

        private static String number(double figure) {
            if (figure >= 100) {
                return String.format(Locale.ROOT, "%,.0f", figure);
            }
            return String.format(Locale.ROOT, figure >= 10 ? "%.1f" : figure >= 1 ? "%.2f" : "%.3f", figure);
        }
    }

    Results(List<String> contenders, String reference) {
        this(contenders, reference, new EnumMap<>(Row.class));
    }

    /** {@code NaN} where it could not be measured, so that pairs stay pairs. */
    void add(Row row, String contender, double figure) {
        figures.computeIfAbsent(row, key -> new LinkedHashMap<>())
                .computeIfAbsent(contender, key -> new ArrayList<>())
                .add(figure);
    }

    List<Row> rows() {
        return List.copyOf(figures.keySet());
    }

    List<Double> of(Row row, String contender) {
        return figures.getOrDefault(row, Map.of()).getOrDefault(contender, List.of());
    }

    Optional<Spread> spread(Row row, String contender) {
        return Spread.of(of(row, contender));
    }

    /** Each figure divided by the reference's of the same round. */
    Optional<Spread> ratio(Row row, String contender) {
        List<Double> ours = of(row, contender);
        List<Double> theirs = of(row, reference);
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < Math.min(ours.size(), theirs.size()); i++) {
            ratios.add(ours.get(i) / theirs.get(i));
        }
        return Spread.of(ratios);
    }
}
