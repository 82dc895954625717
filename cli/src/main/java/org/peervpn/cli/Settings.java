package org.peervpn.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.runtime.Home;
import org.peervpn.node.runtime.NodeException;
import org.peervpn.node.runtime.Privileges;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** What is wanted: the command line, and beneath it the configuration file. May be read again while a node runs. */
final class Settings {
    static final String CONFIG_FILE = "config.yaml";

    private final List<String> arguments;

    /** Null if none was read. */
    private @Nullable ConfigFile file;

    /** Null until it was read, if there is one. */
    private @Nullable Imported imported;

    Settings(String... arguments) {
        this.arguments = List.of(arguments);
    }

    /** An {@link IllegalArgumentException} or one of picocli's says what is wrong with the command line or the file. */
    Options read() throws NodeException {
        file = null;
        Options given = new Options();
        ParseResult commandLine = parse(given, arguments);
        ConfigFile config = given.readsConfiguration() ? configuration(given) : null;
        file = config;
        if (config == null) {
            return withImport(given);
        }
        List<String> all = new ArrayList<>(config.arguments(commandLine));
        all.addAll(arguments);
        Options options = new Options();
        parse(options, all);
        return withImport(options);
    }

    private Options withImport(Options options) throws NodeException {
        Path file = options.mode.importFile;
        if (file != null && !options.help) {
            // Once: it may be a pipe.
            Imported read = imported == null ? Imported.read(file) : imported;
            imported = read;
            read.into(options);
            options.imported = read;
        }
        return options;
    }

    /** True if there is a configuration file. */
    boolean hasFile() {
        return file != null;
    }

    /** Says where in the file the option was set that the message begins with. */
    String explain(String message) {
        return file == null ? message : file.explain(message);
    }

    private static ParseResult parse(Options options, List<String> arguments) {
        CommandLine parser = Main.parser(options);
        return parser.parseArgs(arguments.toArray(String[]::new));
    }

    private static @Nullable ConfigFile configuration(Options given) throws NodeException {
        Set<Integer> owners = new HashSet<>(List.of(0, Privileges.current().userId()));
        Path named = given.config;
        if (named != null) {
            return parse(target(named), named.toString(), owners);
        }
        Home home = Home.find(given.homeDirectory());
        Path file = home.directory().resolve(CONFIG_FILE);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return null;
        }
        return parse(file, file.toString(), owners);
    }

    private static ConfigFile parse(Path file, String name, Set<Integer> owners) {
        return ConfigFile.parse(TrustedFile.read(file, owners), name);
    }

    /** A link that the operator names is meant. */
    private static Path target(Path named) {
        try {
            return named.toRealPath();
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("--config: no such file: " + named, e);
        } catch (IOException e) {
            throw new IllegalArgumentException("--config: cannot be read: " + named, e);
        }
    }
}
