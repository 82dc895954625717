package org.peervpn.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import org.peervpn.node.Admission;
import org.peervpn.node.ConnectLine;
import org.peervpn.node.Endpoint;
import org.peervpn.node.invitation.Invitation;
import org.peervpn.routing.Cidr;
import org.peervpn.tunnel.NoisePublicKey;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** From what a user typed to the types of the node; what does not fit is refused in one line. */
final class Conversions {
    private static final Pattern INTERFACE = Pattern.compile("[A-Za-z0-9_.-]{1,15}");

    private Conversions() {}

    static void register(CommandLine parser) {
        parser.registerConverter(int.class, orOneLine(Conversions::number));
        parser.registerConverter(Integer.class, orOneLine(Conversions::number));
        parser.registerConverter(ConnectLine.class, orOneLine(ConnectLine::parse));
        parser.registerConverter(Invitation.class, orOneLine(Invitation::parse));
        parser.registerConverter(Endpoint.class, orOneLine(Endpoint::parse));
        parser.registerConverter(Cidr.class, orOneLine(Cidr::parse));
        parser.registerConverter(NoisePublicKey.class, orOneLine(Conversions::publicKey));
        parser.registerConverter(Admission.class, orOneLine(Conversions::admission));
        parser.registerConverter(Path.class, orOneLine(Conversions::path));
    }

    private static <T> ITypeConverter<T> orOneLine(ITypeConverter<T> converter) {
        return text -> {
            try {
                return converter.convert(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        };
    }

    private static Integer number(String text) {
        try {
            return Integer.valueOf(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a whole number: \"" + text + "\"", e);
        }
    }

    private static NoisePublicKey publicKey(String text) {
        NoisePublicKey key = NoisePublicKey.parse(text);
        if (key.isWeak()) {
            throw new IllegalArgumentException("this public key is weak and cannot be anybody's: " + key);
        }
        return key;
    }

    private static Admission admission(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "line" -> Admission.LINE;
            case "passcode" -> Admission.PASSCODE;
            case "ask" -> Admission.ASK;
            case "known" -> Admission.KNOWN;
            default ->
                throw new IllegalArgumentException("not an admission (line, passcode, ask or known): \"" + text + "\"");
        };
    }

    private static Path path(String text) {
        try {
            if (text.isEmpty()) {
                throw new IllegalArgumentException("an empty path");
            }
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("not a path: " + e.getReason(), e);
        }
    }

    static void checkInterface(String name) {
        if (!INTERFACE.matcher(name).matches() || name.equals(".") || name.equals("..")) {
            throw new IllegalArgumentException(
                    "--interface: not a name of 1 to 15 letters, digits, _ . - : \"" + name + "\"");
        }
    }
}
