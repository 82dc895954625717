package org.peervpn.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.peervpn.node.diagnostics.Finding;
import org.peervpn.node.diagnostics.Finding.Status;

/** {@code --diagnostics} for people. */
final class DiagnosticsText {
    private static final String FORMAT = "%-8s %-11s %s";

    private DiagnosticsText() {}

    static List<String> lines(List<Finding> findings) {
        List<String> lines = new ArrayList<>();
        for (Finding finding : findings) {
            lines.add(FORMAT.formatted(mark(finding.status()), finding.name(), finding.detail()));
            if (finding.advice() != null) {
                lines.add(FORMAT.formatted("", "", "-> " + finding.advice()));
            }
        }
        lines.add("");
        lines.add("Ok: " + count(findings, Status.OK) + ", warnings: " + count(findings, Status.WARNING)
                + ", problems: " + count(findings, Status.PROBLEM) + ".");
        return lines;
    }

    /** What is broken enough that no node can run; empty if nothing is. */
    static Optional<String> firstProblem(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.status() == Status.PROBLEM)
                .findFirst()
                .map(finding -> finding.name() + ": " + finding.detail() + "; " + finding.advice());
    }

    private static String mark(Status status) {
        return switch (status) {
            case OK -> "ok";
            case WARNING -> "warning";
            case PROBLEM -> "PROBLEM";
        };
    }

    private static long count(List<Finding> findings, Status status) {
        return findings.stream().filter(finding -> finding.status() == status).count();
    }
}
