package org.peervpn.node.diagnostics;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Checks of the way to the internet and of the tunnel itself: names, STUN, loop-back, a running node. */
public final class InternetChecks {
    private static final int MAX_NAMED = 8;

    private InternetChecks() {}

    /**
     * Whether names can be resolved.
     *
     * @param asked null if there is no name to ask for
     */
    public static Finding dns(List<String> nameServers, @Nullable String asked, boolean resolved, long millis) {
        String servers = nameServers.isEmpty()
                ? "no name server in /etc/resolv.conf"
                : "name servers " + nameServers.stream().limit(MAX_NAMED).collect(Collectors.joining(" "));
        if (asked == null) {
            return Finding.ok("dns", servers + "; none was asked, for no name is needed");
        }
        return resolved
                ? Finding.ok("dns", servers + "; " + asked + " found in " + millis + " ms")
                : Finding.warning(
                        "dns",
                        servers + "; " + asked + " cannot be resolved",
                        "check /etc/resolv.conf; lines with an address instead of a name work all the same");
    }

    /**
     * What a STUN server did.
     *
     * @param millis null if it has not answered
     */
    public record StunAnswer(String server, @Nullable Double millis) {}

    /** {@code publicEndpoint} is null while it is unknown. */
    public static Finding stun(List<StunAnswer> answers, @Nullable String publicEndpoint, boolean confirmed) {
        if (answers.isEmpty()) {
            return Finding.ok("stun", "no server is to be asked; public endpoint: " + endpoint(publicEndpoint, true));
        }
        String servers = answers.stream()
                .limit(MAX_NAMED)
                .map(answer -> answer.server() + " "
                        + (answer.millis() == null ? "silent" : String.format(Locale.ROOT, "%.0f ms", answer.millis())))
                .collect(Collectors.joining(", "));
        String detail = "public endpoint: " + endpoint(publicEndpoint, confirmed) + "; " + servers;
        boolean silent = answers.stream().allMatch(answer -> answer.millis() == null);
        if (publicEndpoint != null) {
            return Finding.ok("stun", detail);
        }
        return silent
                ? Finding.warning(
                        "stun", detail, "no internet here, or a firewall blocks UDP; allow UDP to port 3478 and 19302")
                : Finding.warning(
                        "stun",
                        detail,
                        "this NAT gives each destination another port, or answers are late: others cannot call this"
                                + " node, so let it call them, or forward a port and use --endpoint");
    }

    /**
     * Whether the router opens ports.
     *
     * @param opened what the running node has, such as {@code 203.0.113.5:51820 by PCP}; null if it has none or none runs
     * @param needed false if this machine has a public address itself, or no router
     * @param spoken the protocols in which the router has answered; empty if a running node did not get a port
     */
    public static Finding portMapping(
            @Nullable String opened, boolean needed, List<String> spoken, boolean behindAnotherNat) {
        if (opened != null) {
            return Finding.ok("portmapping", "the router has opened " + opened);
        }
        if (!needed) {
            return Finding.ok("portmapping", "no router here that could open a port, or none is needed");
        }
        if (behindAnotherNat) {
            return Finding.ok(
                    "portmapping", "of no use: another NAT, perhaps the provider's, stands behind the router");
        }
        return Finding.ok(
                "portmapping",
                spoken.isEmpty()
                        ? "the router opens no ports: it speaks neither PCP nor NAT-PMP nor UPnP"
                        : "the router can be asked by " + String.join(", ", spoken));
    }

    private static String endpoint(@Nullable String endpoint, boolean confirmed) {
        return endpoint == null ? "unknown" : endpoint + (confirmed ? "" : " (not confirmed)");
    }

    /** What two tunnels in this process did over the loop-back interface. */
    public record Trial(boolean delivered, double handshakeMillis, double megabytesPerSecond) {}

    public static Finding loopback(Trial trial) {
        if (!trial.delivered()) {
            return Finding.problem(
                    "loopback",
                    "two tunnels in this process cannot exchange a packet over 127.0.0.1",
                    "is the loop-back interface up (ip link set lo up), does a firewall drop what is on it?");
        }
        return Finding.ok(
                "loopback",
                String.format(
                        Locale.ROOT,
                        "handshake in %.1f ms, then %.0f MB/s from one tunnel to another in one thread",
                        trial.handshakeMillis(),
                        trial.megabytesPerSecond()));
    }

    /** The node that runs in this home; {@code state} is null if none does. */
    public static Finding node(@Nullable String state, int peers, int connected, @Nullable String exit) {
        if (state == null) {
            return Finding.ok("node", "none runs in this home");
        }
        String detail = state + "; " + connected + " of " + peers + " peers connected; exit in use: "
                + (exit == null ? "none" : exit);
        return state.equals("RECONNECTING") || state.equals("FAILED")
                ? Finding.warning("node", detail, "peervpn --status says more")
                : Finding.ok("node", detail);
    }
}
