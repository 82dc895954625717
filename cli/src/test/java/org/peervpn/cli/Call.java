package org.peervpn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;

/** One run of the program inside the test: what it printed and how it ended. */
record Call(int exitCode, String output, String errors) {

    static Call of(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exitCode = Main.run(arguments, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
        return new Call(exitCode, out.toString(UTF_8), err.toString(UTF_8));
    }
}
