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

    /** The public endpoint is another one, so people need another code. */
    record InvitationCode(String endpoint, String code) implements NodeEvent {}

    /**
     * The router has opened our port, or does so no more.
     *
     * @param endpoint null if none is open now
     * @param protocol as people write it; null along with the endpoint
     * @param usable false if STUN servers see another address, so that another NAT stands behind the router
     */
    record PortMapping(@Nullable String endpoint, @Nullable String protocol, boolean usable) implements NodeEvent {}

    /**
     * A look of {@code --monitor-nat} at the endpoint that STUN servers see.
     *
     * @param endpoint null if it is unknown now
     * @param old of the last look at which it was known; null before the first
     */
    record EndpointMonitored(
            Form form, @Nullable String endpoint, @Nullable String old) implements NodeEvent {
        /** What has become of it. */
        public enum Form {
            UNKNOWN,
            DISCOVERED,
            /** Unchanged. */
            PERSISTENT,
            CHANGED
        }
    }

    /** No peer has answered for a while; likely reasons, one line each. */
    record StillTrying(Duration since, List<String> reasons) implements NodeEvent {}

    /**
     * A peer has completed a handshake with us but does not let us in.
     *
     * @param seconds when it may let us try again; 0 unless there were too many tries
     */
    record NotLetIn(PeerLabel peer, Reason reason, int seconds) implements NodeEvent {
        /** Why not. */
        public enum Reason {
            /** It wants a passcode and we have none. */
            NO_PASSCODE,
            WRONG_PASSCODE,
            /** From our address or in all. */
            TOO_MANY_TRIES,
            /** A person has to decide there. */
            ASKS_OPERATOR,
            /** Our invitation was used already, has expired, or is not known there any more. */
            INVITATION_SPENT,
            /** It lets in only whom it knows or has invited, and we have no invitation. */
            NOT_INVITED
        }
    }

    /** No peer that we are to call lets us in, and only the operator can change that. */
    record Refused(NotLetIn.Reason reason) implements NodeEvent {}

    /** A stranger asks to be let in; the operator decides. */
    record GuestAsks(PeerLabel peer, String publicKey, String endpoint) implements NodeEvent {}

    /**
     * A stranger was let in by an invitation, which lets in nobody else now.
     *
     * @param name whom the operator meant it for; empty if that was not said
     */
    record InvitationUsed(PeerLabel peer, String name) implements NodeEvent {}

    /**
     * A peer that was in already has shown an invitation, which lets in nobody now.
     *
     * @param name whom the operator meant it for; empty if that was not said
     */
    record InvitationNotNeeded(PeerLabel peer, String name) implements NodeEvent {}

    /** The time for the first handshake has passed. */
    record Unreachable(Duration after) implements NodeEvent {}
}
