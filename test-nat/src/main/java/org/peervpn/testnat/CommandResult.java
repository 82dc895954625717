package org.peervpn.testnat;

/** How a command ended, and what it printed. */
public record CommandResult(String command, int exitCode, String output, String errors) {
    public boolean succeeded() {
        return exitCode == 0;
    }

    public CommandResult orThrow() {
        if (!succeeded()) {
            throw new LabException(toString());
        }
        return this;
    }

    @Override
    public String toString() {
        return "%s: exit code %d%n%s%s".formatted(command, exitCode, output, errors);
    }
}
