package org.peervpn.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.peervpn.cli.ConfigText.Setting;
import org.peervpn.cli.ConfigText.Value;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * A configuration file as the command line would say it. Its names are those of the long options, and every value has
 * passed the option's own converter; what is wrong is an {@link IllegalArgumentException} with file and line.
 */
final class ConfigFile {
    /** The modes that a file may set; the others do something once and end. */
    private static final Set<String> RUNNING_MODES = Set.of("exit", "listen", "connect");

    private static final Set<String> COMMAND_LINE_ONLY = Set.of("help", "home", "config", "qr", "lifetime");
    private static final int MAX_NAME_LENGTH = 64;

    private final String file;
    private final Map<String, Setting> settings = new LinkedHashMap<>();
    /** What the command line has left to the file. */
    private final List<Setting> taken = new ArrayList<>();

    private final CommandLine parser = Main.parser(new Options());

    private ConfigFile(String file) {
        this.file = file;
    }

    /** {@code file} is what errors call it. */
    static ConfigFile parse(String text, String file) {
        try {
            return checked(text, file);
        } catch (IllegalArgumentException e) {
            // Keys and values may be of any length, and several lines.
            throw new IllegalArgumentException(Printable.shortLine(String.valueOf(e.getMessage())), e);
        }
    }

    private static ConfigFile checked(String text, String file) {
        ConfigFile config = new ConfigFile(file);
        for (Setting setting : ConfigText.parse(text, file)) {
            config.check(setting);
            config.settings.put(setting.name(), setting);
            if (config.isSet("exit") && config.isSet("listen")) {
                throw config.error(setting, "exit and listen cannot be combined");
            }
        }
        return config;
    }

    /** The names that a file may use. */
    static Set<String> names() {
        Set<String> names = new TreeSet<>();
        for (OptionSpec option : Main.parser(new Options()).getCommandSpec().options()) {
            String name = name(option);
            if (!COMMAND_LINE_ONLY.contains(name) && !isOneShotMode(option)) {
                names.add(name);
            }
        }
        return names;
    }

    /** What the command line, which wins, leaves to the file: the arguments that would say the same. */
    List<String> arguments(ParseResult given) {
        taken.clear();
        boolean doesOneThing = given.matchedOptions().stream().anyMatch(ConfigFile::isOneShotMode);
        boolean serves = given.hasMatchedOption("--exit") || given.hasMatchedOption("--listen");
        List<String> arguments = new ArrayList<>();
        for (Setting setting : settings.values()) {
            String name = setting.name();
            boolean replaced = given.hasMatchedOption("--" + name)
                    || (serves && (name.equals("exit") || name.equals("listen")))
                    || (doesOneThing && RUNNING_MODES.contains(name));
            if (!replaced) {
                taken.add(setting);
                OptionSpec option = Objects.requireNonNull(option(name)); // it has been checked
                setting.values().forEach(value -> arguments.addAll(arguments(option, value)));
            }
        }
        return arguments;
    }

    /** Says where in the file the option was set that the message begins with, unless the command line says it. */
    String explain(String message) {
        for (Setting setting : taken) {
            String option = "--" + setting.name() + ": ";
            if (message.startsWith(option)) {
                return ConfigText.at(file, setting.line()) + message.substring(2);
            }
        }
        return message;
    }

    private void check(Setting setting) {
        OptionSpec option = option(setting.name());
        if (option == null) {
            throw unknown(setting);
        }
        if (COMMAND_LINE_ONLY.contains(setting.name())) {
            throw error(setting, "can be said only on the command line");
        }
        if (isOneShotMode(option)) {
            throw error(setting, "is for the command line: it does something once, and is no setting");
        }
        if (!option.isMultiValue() && (setting.isList() || setting.values().isEmpty())) {
            throw error(setting, "one value is expected");
        }
        setting.values().forEach(value -> check(setting, option, value));
    }

    /** As if it were the only thing on a command line. */
    private void check(Setting setting, OptionSpec option, Value value) {
        if (isSwitch(option) && !value.text().equals("true") && !value.text().equals("false")) {
            throw error(value.line(), setting, "neither true nor false: \"" + value.text() + "\"");
        }
        try {
            parser.parseArgs(arguments(option, value).toArray(String[]::new));
        } catch (ParameterException e) {
            throw new IllegalArgumentException(
                    ConfigText.at(file, value.line()) + Main.message(e).replaceFirst("^--", ""), e);
        }
    }

    private static List<String> arguments(OptionSpec option, Value value) {
        if (isSwitch(option)) {
            return value.text().equals("true") ? List.of(option.longestName()) : List.of();
        }
        return List.of(option.longestName() + "=" + value.text());
    }

    private boolean isSet(String name) {
        Setting setting = settings.get(name);
        return setting != null
                && setting.values().stream().anyMatch(value -> value.text().equals("true"));
    }

    private @Nullable OptionSpec option(String name) {
        return parser.getCommandSpec().findOption("--" + name);
    }

    private static String name(OptionSpec option) {
        return option.longestName().substring(2);
    }

    private static boolean isSwitch(ArgSpec option) {
        return option.arity().max() == 0;
    }

    private static boolean isOneShotMode(OptionSpec option) {
        return option.group() != null && !RUNNING_MODES.contains(name(option));
    }

    private IllegalArgumentException unknown(Setting setting) {
        String name = setting.name().substring(0, Math.min(setting.name().length(), MAX_NAME_LENGTH));
        String lower = name.toLowerCase(Locale.ROOT);
        String reason = "unknown key '" + name + "'";
        if (lower.matches(".*(psk|preshared).*") && !lower.endsWith("-file")) {
            reason += ": no secret belongs into this file; use psk-file, the name of a file that holds them";
        } else if (lower.matches(".*(passcode|passwor[dt]|passphrase|secret).*") && !lower.endsWith("-file")) {
            reason += ": no secret belongs into this file; use passcode-file, the name of a file that holds it";
        } else if (lower.matches("key|.*private.*")) {
            reason += ": no secret belongs into this file; the private key is in private.key, in the same home";
        } else {
            reason += NearestName.of(name, names())
                    .map(near -> "; did you mean '" + near + "'?")
                    .orElse("");
        }
        return new IllegalArgumentException(ConfigText.at(file, setting.line()) + reason);
    }

    private IllegalArgumentException error(Setting setting, String reason) {
        return error(setting.line(), setting, reason);
    }

    private IllegalArgumentException error(int line, Setting setting, String reason) {
        return new IllegalArgumentException(ConfigText.at(file, line) + setting.name() + ": " + reason);
    }
}
