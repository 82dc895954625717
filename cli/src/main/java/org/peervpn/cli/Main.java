package org.peervpn.cli;

import java.io.PrintStream;
import org.peervpn.node.runtime.NodeException;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program {@code peervpn}. */
public final class Main {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;
    static final int NEEDS_ROOT = 3;
    static final int UNREACHABLE = 4;

    private Main() {}

    public static void main(String[] args) {
        int exitCode = run(args, System.out, System.err);
        System.out.flush();
        // Also where a library has left a thread behind.
        System.exit(exitCode);
    }

    static int run(String[] args, PrintStream out, PrintStream err) {
        Options options = new Options();
        CommandLine parser = parser(options);
        try {
            parser.parseArgs(args);
            if (options.help) {
                parser.usage(out);
                return DONE;
            }
            options.check();
            Logging.configure(options);
            return new Modes(options, out, err).run();
        } catch (UsageException e) {
            err.println("peervpn: " + e.getMessage());
            err.println();
            parser.usage(err);
            return WRONG_USAGE;
        } catch (ParameterException e) {
            err.println("peervpn: " + message(e));
            err.println("peervpn --help shows all modes and options.");
            return WRONG_USAGE;
        } catch (IllegalArgumentException e) {
            err.println("peervpn: " + e.getMessage());
            return WRONG_USAGE;
        } catch (NodeException e) {
            err.println("peervpn: " + e.getMessage());
            return FAILED;
        }
    }

    static CommandLine parser(Options options) {
        CommandLine parser = new CommandLine(options);
        parser.setUsageHelpWidth(100);
        parser.setUsageHelpAutoWidth(true);
        parser.setOverwrittenOptionsAllowed(false);
        parser.setUnmatchedArgumentsAllowed(false);
        parser.setAbbreviatedOptionsAllowed(false);
        Conversions.register(parser);
        // The modes first: they are what a newcomer looks for.
        parser.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST_HEADING, help -> "");
        parser.getHelpSectionMap()
                .put(
                        UsageMessageSpec.SECTION_KEY_OPTION_LIST,
                        help -> help.optionListGroupSections()
                                + help.optionListHeading()
                                + help.optionListExcludingGroups(help.commandSpec().options().stream()
                                        .filter(option -> option.group() == null)
                                        .toList()));
        return parser;
    }

    private static String message(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            return "unknown argument: " + String.join(" ", unmatched.getUnmatched());
        }
        String option = e.getArgSpec() instanceof CommandLine.Model.OptionSpec spec ? spec.longestName() + ": " : "";
        String ours = e.getCause() instanceof TypeConversionException conversion ? conversion.getMessage() : null;
        String text = ours != null ? option + ours : String.valueOf(e.getMessage());
        return text.lines().findFirst().orElse("wrong usage");
    }
}
