package org.peervpn.testnat.bench;

import java.util.List;
import java.util.Locale;
import org.peervpn.testnat.bench.Results.Spread;

/** The results as bars, in SVG: for each row one bar a contender, with a line from the least to the most. */
final class Plot {
    private static final List<String> COLOURS =
            List.of("#9aa5b1", "#d9822b", "#b5487a", "#2b7bba", "#1b9e77", "#6a51a3");
    private static final int WIDTH = 860;
    private static final int LABEL_WIDTH = 190;
    private static final int VALUE_WIDTH = 180;
    private static final int BAR_WIDTH = WIDTH - LABEL_WIDTH - VALUE_WIDTH;
    private static final int BAR_HEIGHT = 18;
    private static final int TITLE_HEIGHT = 34;

    private final Results results;
    private final StringBuilder svg = new StringBuilder();
    private int y = 8;

    private Plot(Results results) {
        this.results = results;
    }

    static String of(Results results) {
        Plot plot = new Plot(results);
        results.rows().forEach(plot::draw);
        return """
                <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="13">
                <rect width="100%%" height="100%%" fill="white"/>
                %s</svg>
                """.formatted(WIDTH, plot.y + 12, plot.svg);
    }

    private void draw(Row row) {
        double most = results.contenders().stream()
                .flatMap(name -> results.spread(row, name).stream())
                .mapToDouble(Spread::most)
                .max()
                .orElse(0);
        y += TITLE_HEIGHT;
        String unit = row.unit().isEmpty() ? "" : ", " + row.unit();
        text(12, y - 10, "font-weight=\"bold\"", row.title() + unit + (row.moreIsBetter() ? "" : " (less is better)"));
        for (String name : results.contenders()) {
            results.spread(row, name).ifPresent(spread -> bar(name, spread, Math.max(most, 1e-9)));
        }
    }

    private void bar(String name, Spread spread, double most) {
        String colour = COLOURS.get(results.contenders().indexOf(name) % COLOURS.size());
        double scale = BAR_WIDTH / most;
        text(LABEL_WIDTH - 8, y + 13, "text-anchor=\"end\"", name);
        add(
                "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>",
                LABEL_WIDTH, y, spread.median() * scale, BAR_HEIGHT - 4, colour);
        int middle = y + (BAR_HEIGHT - 4) / 2;
        add(
                "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#333\"/>",
                LABEL_WIDTH + spread.least() * scale, middle, LABEL_WIDTH + spread.most() * scale, middle);
        text((int) (LABEL_WIDTH + spread.most() * scale) + 8, y + 13, "", spread.text());
        y += BAR_HEIGHT;
    }

    private void text(int x, int baseline, String attributes, String text) {
        String escaped = text.replace("&", "&amp;").replace("<", "&lt;");
        add("<text x=\"%d\" y=\"%d\" %s>%s</text>", x, baseline, attributes, escaped);
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
