package org.peervpn.testnat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * What a program may have changed on a machine: links, addresses, rules, routes, firewall, sysctls and the resolver, as
 * sorted text in which nothing changes by itself.
 */
public record MachineState(Map<String, List<String>> sections) {
    /** Lifetimes that count down, the number of a link, and whether a neighbour has been seen. */
    private static final Pattern VOLATILE =
            Pattern.compile(" expires -?\\d+sec| (valid|preferred)_lft \\S+|^\\d+: |\\\\.*$");

    private static final Map<String, List<String>> COMMANDS = commands();

    static MachineState of(Host host) {
        Map<String, List<String>> sections = new LinkedHashMap<>();
        COMMANDS.forEach((section, command) -> sections.put(
                section,
                host.runInNamespace("", command)
                        .output()
                        .lines()
                        .map(MachineState::withoutVolatile)
                        .toList()));
        for (String sorted : List.of("ip route", "ip -6 route", "ip address", "sysctl")) {
            sections.computeIfPresent(
                    sorted, (name, lines) -> lines.stream().sorted().toList());
        }
        return new MachineState(sections);
    }

    /** One line per difference: "+" where this state has more than the earlier one, "-" where it has less. */
    public List<String> differencesFrom(MachineState before) {
        List<String> differences = new ArrayList<>();
        sections.forEach((section, now) -> {
            List<String> then = Objects.requireNonNull(before.sections.get(section));
            minus(then, now).forEach(line -> differences.add(section + ": - " + line));
            minus(now, then).forEach(line -> differences.add(section + ": + " + line));
            if (differences.isEmpty() && !now.equals(then)) {
                differences.add(section + ": the same lines in another order");
            }
        });
        return differences;
    }

    static String withoutVolatile(String line) {
        return VOLATILE.matcher(line).replaceAll("").stripTrailing();
    }

    private static List<String> minus(List<String> some, List<String> others) {
        List<String> rest = new ArrayList<>(some);
        others.forEach(rest::remove);
        return rest;
    }

    private static Map<String, List<String>> commands() {
        Map<String, List<String>> commands = new LinkedHashMap<>();
        commands.put("interfaces", List.of("ls", "/sys/class/net"));
        commands.put("ip address", List.of("ip", "-o", "address"));
        commands.put("ip rule", List.of("ip", "rule"));
        commands.put("ip -6 rule", List.of("ip", "-6", "rule"));
        commands.put("ip route", List.of("ip", "route", "show", "table", "all"));
        commands.put("ip -6 route", List.of("ip", "-6", "route", "show", "table", "all"));
        commands.put("nft", List.of("nft", "--stateless", "list", "ruleset"));
        commands.put("sysctl", List.of("sysctl", "-a", "--pattern", "^net\\.ipv[46]\\."));
        commands.put("resolv.conf", List.of("cat", "/etc/resolv.conf"));
        return commands;
    }
}
