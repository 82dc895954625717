package org.peervpn.node.diagnostics;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Checks of the machine itself: programs, privileges, the TUN device, the clock, what an earlier node has left. */
public final class MachineChecks {
    private static final int[] LEAST_KERNEL = {5, 12};
    private static final Instant BUILT = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant TOO_LATE = Instant.parse("2060-01-01T00:00:00Z");
    private static final String ROOT = "to see this, and to run a node: sudo peervpn ...";

    /** The capabilities that matter, by their numbers in capability(7). */
    private static final TreeMap<Integer, String> CAPABILITIES = new TreeMap<>(
            Map.of(1, "CAP_DAC_OVERRIDE", 10, "CAP_NET_BIND_SERVICE", 12, "CAP_NET_ADMIN", 13, "CAP_NET_RAW"));

    private MachineChecks() {}

    /** What runs here. */
    public record Software(String peervpn, String java, String system, String kernel, String aead, boolean epoll) {}

    public static Finding software(Software software) {
        String detail = String.format(
                Locale.ROOT,
                "peervpn %s, Java %s, %s, kernel %s; encryption by %s, sockets by %s",
                software.peervpn(),
                software.java(),
                software.system(),
                software.kernel(),
                software.aead(),
                software.epoll() ? "epoll" : "NIO");
        if (isOld(software.kernel())) {
            return Finding.warning("versions", detail, "use Linux 5.12 or later: exits and clients need its nftables");
        }
        if (software.aead().equals("BOUNCY_CASTLE") || !software.epoll()) {
            return Finding.warning(
                    "versions",
                    detail,
                    "a native library does not load here, so all works, but slowly; x86-64 and"
                            + " aarch64 with glibc have them, and /tmp must not be mounted noexec");
        }
        return Finding.ok("versions", detail);
    }

    private static boolean isOld(String kernel) {
        String[] parts = kernel.split("[^0-9]+", 3);
        try {
            int major = Integer.parseInt(parts[0]);
            return major < LEAST_KERNEL[0]
                    || (major == LEAST_KERNEL[0] && Integer.parseInt(parts[1]) < LEAST_KERNEL[1]);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return false; // of another kind
        }
    }

    /**
     * What this process may do.
     *
     * @param capabilities the effective ones, a bit for each
     * @param lack what keeps it from running a node, and what helps; null if nothing does
     */
    public static Finding privileges(long userId, long capabilities, @Nullable String lack) {
        List<String> held = CAPABILITIES.entrySet().stream()
                .filter(capability -> (capabilities >>> capability.getKey() & 1) == 1)
                .map(Map.Entry::getValue)
                .toList();
        String who = "user " + userId + (userId == 0 ? " (root)" : "") + ", "
                + (held.isEmpty() ? "no capability that matters" : String.join(" ", held));
        return lack == null
                ? Finding.ok("privileges", who)
                : Finding.warning("privileges", who, "to run a node: " + lack);
    }

    /** How an attempt to make a TUN device has ended. */
    public enum TunAttempt {
        MADE,
        NO_DEVICE,
        NOT_PERMITTED,
        FAILED
    }

    public static Finding tun(TunAttempt attempt, String reason) {
        return switch (attempt) {
            case MADE -> Finding.ok("tun", "/dev/net/tun can be opened and makes devices");
            case NO_DEVICE ->
                Finding.problem(
                        "tun", reason, "load the driver with: modprobe tun; in a container, pass /dev/net/tun in");
            case NOT_PERMITTED -> Finding.notSeen("tun", "only root can make a device", ROOT);
            case FAILED -> Finding.problem("tun", reason, "a node cannot run before this is mended");
        };
    }

    public static Finding clock(Instant now) {
        return now.isBefore(BUILT) || now.isAfter(TOO_LATE)
                ? Finding.warning(
                        "clock",
                        "the clock says " + now,
                        "set it: peers refuse a node whose clock has gone back since it last connected")
                : Finding.ok("clock", now.toString());
    }

    /**
     * What a killed node has left.
     *
     * @param changes null if they cannot be read
     */
    public static Finding leftovers(@Nullable Integer changes, boolean nodeRuns, String reason) {
        if (nodeRuns) {
            return Finding.ok("leftovers", "none: the node that made changes still runs");
        }
        if (changes == null) {
            return Finding.notSeen("leftovers", reason, ROOT);
        }
        return changes == 0
                ? Finding.ok("leftovers", "no node has left changes behind")
                : Finding.warning(
                        "leftovers",
                        changes + " changes of a killed node are still there",
                        "undo them with: sudo peervpn --repair (the next start does so, too)");
    }
}
