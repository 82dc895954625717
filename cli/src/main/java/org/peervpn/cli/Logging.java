package org.peervpn.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import java.util.List;
import java.util.Locale;
import java.util.logging.LogManager;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** Sends the log to standard error, as the command line wants it. */
final class Logging {
    private static final List<String> LEVELS = List.of("error", "warn", "info", "debug", "trace");

    private static final String OURS = "org.peervpn";

    private Logging() {}

    static void configure(Options options) {
        Level level = wanted(options);
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setTarget("System.err");
        appender.setEncoder(encoder(options.logFormat, context));
        appender.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.addAppender(appender);
        root.setLevel(Level.WARN);
        // It warns of what does not matter here, such as a machine without a hardware address.
        context.getLogger("io.netty").setLevel(Level.ERROR);
        context.getLogger(OURS).setLevel(level);
        LogManager.getLogManager().reset();
        SLF4JBridgeHandler.install();
    }

    /** Changes only the level. */
    static void level(Options options) {
        ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(OURS).setLevel(wanted(options));
    }

    private static Level wanted(Options options) {
        String level = options.debug ? "debug" : options.logLevel.toLowerCase(Locale.ROOT);
        if (!LEVELS.contains(level)) {
            throw new IllegalArgumentException(
                    "--log-level: not one of error, warn, info, debug, trace: \"" + options.logLevel + "\"");
        }
        return Level.toLevel(level);
    }

    private static Encoder<ILoggingEvent> encoder(String format, LoggerContext context) {
        Encoder<ILoggingEvent> encoder = switch (format) {
            case "text" -> {
                PatternLayoutEncoder text = new PatternLayoutEncoder();
                text.setPattern("%d{HH:mm:ss.SSS} %-5level %msg%n");
                yield text;
            }
            case "json" -> new JsonEncoder();
            default -> throw new IllegalArgumentException("--log-format: not text or json: \"" + format + "\"");
        };
        encoder.setContext(context);
        encoder.start();
        return encoder;
    }
}
