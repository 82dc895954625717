package org.peervpn.cli;

import java.io.PrintStream;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.runtime.NodeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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

    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

    private Main() {}

    public static void main(String[] args) {
        int exitCode = run(args, System.out, System.err);
        System.out.flush();
        // Also where a library has left a thread behind.
        System.exit(exitCode);
    }

    static int run(String[] args, PrintStream out, PrintStream err) {
        Settings settings = new Settings(args);
        try {
            Options options = settings.read();
            if (options.help) {
                parser(options).usage(out);
                return DONE;
            }
            options.check();
            Logging.configure(options);
            return new Modes(settings, options, out, err).run();
        } catch (UsageException e) {
            complain(err, e.getMessage());
            err.println();
            parser(new Options()).usage(err);
            return WRONG_USAGE;
        } catch (ParameterException e) {
            complain(err, message(e));
            return WRONG_USAGE;
        } catch (IllegalArgumentException e) {
            complain(err, settings.explain(String.valueOf(e.getMessage())));
            return WRONG_USAGE;
        } catch (NodeException e) {
            complain(err, e.getMessage());
            return FAILED;
        } catch (RuntimeException e) {
            LOG.debug("an internal error", e);
            complain(err, "an internal error (--debug shows where): " + e);
            return FAILED;
        }
    }

    /** One line, whatever is in the message. */
    static void complain(PrintStream err, @Nullable String message) {
        err.println("peervpn: " + Printable.line(String.valueOf(message)));
    }

    static CommandLine parser(Options options) {
        CommandLine parser = new CommandLine(options);
        parser.setUsageHelpWidth(100);
        parser.setUsageHelpAutoWidth(true);
        parser.setOverwrittenOptionsAllowed(false);
        parser.setUnmatchedArgumentsAllowed(false);
        parser.setAbbreviatedOptionsAllowed(false);
        // An argument is what was typed, never the name of a file with more of them.
        parser.setExpandAtFiles(false);
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

    /** What is wrong, in one line. */
    static String message(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            return "unknown argument: " + String.join(" ", unmatched.getUnmatched())
                    + " (peervpn --help shows all modes and options)";
        }
        String option = e.getArgSpec() instanceof CommandLine.Model.OptionSpec spec ? spec.longestName() + ": " : "";
        String ours = e.getCause() instanceof TypeConversionException conversion ? conversion.getMessage() : null;
        return ours != null
                ? option + ours
                : String.valueOf(e.getMessage()).lines().findFirst().orElse("wrong usage");
    }
}
