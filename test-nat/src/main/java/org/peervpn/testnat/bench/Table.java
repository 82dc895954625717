package org.peervpn.testnat.bench;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.peervpn.testnat.bench.Results.Spread;

/** The results as Markdown: medians with least and most in brackets, and ratios to the reference. */
final class Table {
    private Table() {}

    static String of(Results results) {
        List<String> compared = results.contenders().stream()
                .filter(name -> !name.equals(results.reference()))
                .filter(name -> results.contenders().indexOf(name) > 0)
                .toList();
        return measured(results) + "\nEach round's figure ÷ that of " + results.reference() + " in the same round:\n\n"
                + ratios(results, compared);
    }

    private static String measured(Results results) {
        return heading(results.contenders())
                + results.rows().stream()
                        .map(row -> line(
                                row.title() + (row.unit().isEmpty() ? "" : ", " + row.unit()),
                                results.contenders().stream()
                                        .map(name -> results.spread(row, name)
                                                .map(Spread::text)
                                                .orElse("–"))))
                        .collect(Collectors.joining());
    }

    private static String ratios(Results results, List<String> compared) {
        return heading(compared)
                + results.rows().stream()
                        .filter(row -> results.spread(row, results.reference()).isPresent())
                        .map(row -> line(
                                row.title() + (row.moreIsBetter() ? " (more is better)" : " (less is better)"),
                                compared.stream()
                                        .map(name -> results.ratio(row, name)
                                                .map(Spread::text)
                                                .orElse("–"))))
                        .collect(Collectors.joining());
    }

    private static String heading(List<String> names) {
        return line("", names.stream()) + line("---", names.stream().map(name -> "---"));
    }

    private static String line(String first, Stream<String> others) {
        return Stream.concat(Stream.of(first), others).collect(Collectors.joining(" | ", "| ", " |\n"));
    }
}
