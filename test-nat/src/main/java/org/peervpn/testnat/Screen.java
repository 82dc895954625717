package org.peervpn.testnat;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** What the demo prints: headings, check marks, and what its programs say, in colour where the terminal has it. */
final class Screen {
    private static final String BOLD = "1";
    private static final String GREEN = "32";
    private static final String RED = "31";
    private static final String[] SPEAKERS = {"36", "35"};

    private final PrintStream out;
    private final boolean colour;

    /** In UTF-8 whatever the locale, as the programs' own output is. */
    Screen() {
        out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        colour = isTerminal() && System.getenv("NO_COLOR") == null && !"dumb".equals(System.getenv("TERM"));
    }

    void heading(String text) {
        line("");
        line(in(BOLD, text));
    }

    void check(String claim, boolean holds) {
        line("  " + (holds ? in(GREEN, "✓") : in(RED, "✗")) + " " + claim);
    }

    /** Prints every line that it hears behind the speaker's name; may be called by any thread. */
    Consumer<String> speaker(String name, int number) {
        String prefix = in(SPEAKERS[number], "  %-6s │ ".formatted(name));
        return line -> line(prefix + line);
    }

    synchronized void line(String text) {
        out.println(text);
    }

    private static boolean isTerminal() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString().matches("/dev/(pts/|tty|console).*");
        } catch (IOException e) {
            return false;
        }
    }

    private String in(String code, String text) {
        return colour ? "\033[" + code + "m" + text + "\033[0m" : text;
    }
}
