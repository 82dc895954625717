package org.peervpn.node;

import io.netty.util.NetUtil;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Prospect;
import org.peervpn.node.NodeStatus.PathStatus;
import org.peervpn.node.NodeStatus.PathType;
import org.peervpn.node.NodeStatus.PeerStatus;
import org.peervpn.node.NodeStatus.State;
import org.peervpn.routing.Cidr;
import org.peervpn.tunnel.Lane;
import org.peervpn.tunnel.Path;
import org.peervpn.tunnel.Peer;

/** Peers as {@code --status} shows them. */
final class StatusView {
    private static final double NANOS_PER_MILLI = 1e6;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private StatusView() {}

    /** The address of a /32 or /128 in its shortest form. */
    static String address(Cidr host) {
        return NetUtil.toAddressString(host.address());
    }

    static List<String> families(Collection<Integer> families) {
        return families.stream().sorted().map(family -> "IPv" + family).toList();
    }

    static PeerStatus of(PeerEntry entry, long nowNanos) {
        Peer peer = entry.peer;
        Lane lane = peer == null ? null : peer.lane();
        return new PeerStatus(
                entry.id.text(),
                entry.key.toString(),
                entry.name(),
                entry.addresses().stream().map(StatusView::address).toList(),
                entry.admitted,
                entry.invitedAs,
                state(entry),
                path(entry, lane),
                peer == null || peer.lastHandshakeNanos() < 0
                        ? null
                        : (nowNanos - peer.lastHandshakeNanos()) / NANOS_PER_SECOND,
                lane == null ? 0 : lane.rxBytes(),
                lane == null ? 0 : lane.txBytes(),
                lane == null ? 0 : lane.rxPackets(),
                lane == null ? 0 : lane.txPackets());
    }

    private static State state(PeerEntry entry) {
        if (entry.refusal != null) {
            return State.CONNECTING;
        }
        return entry.up ? State.CONNECTED : entry.wasUp ? State.RECONNECTING : State.CONNECTING;
    }

    /** Why packets take this path, or none of ours. */
    private static @Nullable String why(PeerEntry entry) {
        if (entry.refusal == null) {
            return entry.pathWhy;
        }
        return switch (entry.refusal.state()) {
            case PASSCODE -> "it does not let us in: it asks for a passcode";
            case WRONG -> "it does not let us in: wrong passcode";
            case LATER -> "it does not let us in: it has heard too many wrong passcodes or codes";
            case ASK -> "it does not let us in: its operator has to decide";
            case INVITATION ->
                entry.secretSpent
                        ? "it does not let us in: this invitation was used already or has expired"
                        : "it does not let us in: it wants an invitation";
        };
    }

    private static PathStatus path(PeerEntry entry, @Nullable Lane lane) {
        Path path = lane == null ? null : lane.path();
        if (path == null || !entry.up) {
            return new PathStatus(PathType.NONE, null, null, null, null, whyNone(entry), events(entry));
        }
        return new PathStatus(
                PathType.DIRECT,
                Endpoint.text(path.remote()),
                null,
                entry.rttNanos < 0 ? null : Math.round(entry.rttNanos / NANOS_PER_MILLI * 100) / 100.0,
                entry.pathSince == null ? null : entry.pathSince.toString(),
                why(entry),
                events(entry));
    }

    private static List<String> events(PeerEntry entry) {
        return entry.agent == null ? List.of() : entry.agent.events();
    }

    private static @Nullable String whyNone(PeerEntry entry) {
        boolean hopeless = entry.agent != null && entry.agent.prospect() == Prospect.NONE;
        return hopeless
                ? "no direct path is possible: both NATs give each connection another port; IPv6, or a port forwarded at"
                        + " one of the routers, would make one"
                : null;
    }
}
