package org.peervpn.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.peervpn.routing.Operation.Address;
import org.peervpn.routing.Operation.Link;
import org.peervpn.routing.Operation.Route;
import org.peervpn.routing.Operation.Rule;
import org.peervpn.routing.Operation.Way;

/** Operations as lines for {@code ip -batch}, and what it says of them. Core: pure functions. */
final class IpBatch {

    private static final Pattern FAILED = Pattern.compile("Command failed -:(\\d+)");
    private static final Pattern GONE = Pattern.compile(
            "No such process|No such file or directory|No such device"
                    + "|Cannot find device|Cannot assign requested address|FIB table does not exist|address not found",
            Pattern.CASE_INSENSITIVE);

    private IpBatch() {}

    /** @param line counts from 1 */
    record Failure(int line, String message) {
        /** Undoing: it was never done, or went with its interface. */
        boolean isGone() {
            return GONE.matcher(message).find();
        }

        boolean isThereAlready() {
            return message.contains("File exists");
        }
    }

    static boolean isIp(Operation operation) {
        return operation instanceof Link
                || operation instanceof Address
                || operation instanceof Route
                || operation instanceof Rule;
    }

    static boolean isIpv4(Operation operation) {
        if (operation instanceof Address address) {
            return address.address().isIpv4();
        }
        if (operation instanceof Route route) {
            return route.prefix().isIpv4();
        }
        return !(operation instanceof Rule rule) || rule.family() == Operation.Family.IPV4;
    }

    static String perform(List<Operation> operations) {
        return operations.stream().map(IpBatch::perform).collect(Collectors.joining());
    }

    static String undo(List<Operation> operations) {
        return operations.stream().map(IpBatch::undo).collect(Collectors.joining());
    }

    private static String perform(Operation operation) {
        if (operation instanceof Link link) {
            return "link set dev " + link.device() + " mtu " + link.mtu() + " up\n";
        }
        if (operation instanceof Address address) {
            // No route for the address but ours, no waiting for duplicates that a tunnel cannot have.
            String ipv6Only = address.address().isIpv4() ? "" : " nodad noprefixroute";
            return "address replace " + address.address() + " dev " + address.device() + ipv6Only + "\n";
        }
        if (operation instanceof Route route) {
            return "route replace " + describe(route);
        }
        if (operation instanceof Rule rule) {
            return "rule add " + describe(rule);
        }
        throw new IllegalArgumentException(operation.key());
    }

    private static String undo(Operation operation) {
        if (operation instanceof Address address) {
            return "address del " + address.address() + " dev " + address.device() + "\n";
        }
        if (operation instanceof Route route) {
            return "route del " + describe(route);
        }
        if (operation instanceof Rule rule) {
            return "rule del " + describe(rule);
        }
        throw new IllegalArgumentException(operation.key());
    }

    private static String describe(Route route) {
        String where = route.way() == Way.THROW ? "throw " + route.prefix() : route.prefix() + " dev " + route.device();
        return where + " table " + route.table() + " protocol " + RouterSetup.PROTOCOL + "\n";
    }

    private static String describe(Rule rule) {
        return "not fwmark " + RouterSetup.ANY_MARK + " priority " + rule.priority() + " lookup " + rule.table()
                + " protocol " + RouterSetup.PROTOCOL + "\n";
    }

    /** From the error output: messages, each followed by the number of the line that failed. */
    static List<Failure> failures(String errors) {
        List<Failure> failures = new ArrayList<>();
        String message = "";
        for (String line : errors.lines().toList()) {
            Matcher failed = FAILED.matcher(line);
            if (failed.matches()) {
                failures.add(new Failure(Integer.parseInt(failed.group(1)), message));
                message = "";
            } else if (!line.isBlank()) {
                message = line.replaceFirst("^(RTNETLINK answers|Error): ", "").strip();
            }
        }
        return failures;
    }
}
