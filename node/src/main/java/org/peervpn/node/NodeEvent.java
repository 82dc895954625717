package org.peervpn.node;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What happened to a node, for people and scripts. */
public sealed interface NodeEvent {

    /** The node forwards packets; with an exit, after the routes have been switched. */
    record Ready() implements NodeEvent {}

    /** No connected peer offers an exit. */
    record NoExit() implements NodeEvent {}

    /**
     * Internet traffic goes through this peer now.
     *
     * @param families that go through it; those that are in neither set stay local, because no route names them
     * @param refused families that should go through it and that it cannot carry
     */
    record ExitInUse(PeerLabel peer, Set<Integer> families, Set<Integer> refused) implements NodeEvent {}

    /** The families that this node, as an exit, can forward now; empty if it has no uplink. */
    record ExitOffer(Set<Integer> families) implements NodeEvent {}

    /** A handshake has been completed with a peer that was not connected. */
    record PeerConnected(PeerLabel peer, String endpoint, List<String> addresses) implements NodeEvent {}

    /** The peer has told its name and what it offers. */
    record PeerNamed(PeerLabel peer, Set<Integer> exitFamilies) implements NodeEvent {}

    record PathChanged(PeerLabel peer, String from, String to) implements NodeEvent {}

    record PeerGone(PeerLabel peer, String why) implements NodeEvent {}

    /** The public endpoint of one family was learnt, has changed, or is lost. */
    record PublicEndpoint(@Nullable String old, @Nullable String current, boolean confirmed) implements NodeEvent {}

    /** No peer has answered for a while; likely reasons, one line each. */
    record StillTrying(Duration since, List<String> reasons) implements NodeEvent {}

    /** The time for the first handshake has passed. */
    record Unreachable(Duration after) implements NodeEvent {}
}
