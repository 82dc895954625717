package org.peervpn.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.peervpn.node.runtime.Greetings;
import org.peervpn.node.runtime.NodeException;
import org.peervpn.node.runtime.Rehearsal;

/**
 * What a node does, as far as that can be done without privileges: run once while peervpn is built, for Java to learn from
 * (JEP 483, JEP 515). Not a part of the program's calls.
 */
public final class Training {
    private static final int MEGABYTES = 200;
    private static final int HANDSHAKES = 2_000;
    private static final String CLASS = ".class";

    private Training() {}

    /** @param args of a call that ends by itself; it prints nothing */
    public static void main(String[] args) throws NodeException, IOException, URISyntaxException {
        PrintStream nowhere = new PrintStream(PrintStream.nullOutputStream());
        Main.run(args, nowhere, nowhere);
        Rehearsal.run(MEGABYTES);
        Greetings.exchange(HANDSHAKES);
        for (String name : ownClasses()) {
            initialize(name);
        }
        System.exit(Main.DONE);
    }

    /** Of the jar from which this runs. */
    private static List<String> ownClasses() throws IOException, URISyntaxException {
        var jar = Training.class.getProtectionDomain().getCodeSource().getLocation();
        try (JarFile file = new JarFile(Path.of(jar.toURI()).toFile())) {
            return file.stream()
                    .map(JarEntry::getName)
                    .filter(name -> name.startsWith("org/peervpn/") && name.endsWith(CLASS))
                    .map(name ->
                            name.substring(0, name.length() - CLASS.length()).replace('/', '.'))
                    .toList();
        }
    }

    private static void initialize(String name) {
        try {
            Class.forName(name);
        } catch (ClassNotFoundException | LinkageError e) {
            System.err.println("left out: " + name + " (" + e + ")"); // it will be read when it is needed
        }
    }
}
