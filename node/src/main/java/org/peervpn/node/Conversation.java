package org.peervpn.node;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Reach;
import org.peervpn.node.DropCount.Reason;
import org.peervpn.node.Remembered.OpenInvitation;
import org.peervpn.node.control.AdmissionNotice;
import org.peervpn.node.control.CandidatesCodec;
import org.peervpn.node.control.ControlCodec;
import org.peervpn.node.control.Hello;
import org.peervpn.tunnel.Tunnel;

/**
 * What peers and we say to one another in control messages: hellos, and what a guest has to do to be let in. What a peer
 * says too often, or wrongly, is counted and dropped. Owned by the loop.
 */
final class Conversation {
    private final Turn turn;
    private final Tunnel tunnel;
    private final DropCount drops;
    private final Roster roster;
    private final Memory memory;
    private final Hellos hellos;
    private final Doorkeeper doorkeeper;
    private final Applicant applicant;
    private final Paths paths;

    Conversation(
            Turn turn,
            Tunnel tunnel,
            DropCount drops,
            Roster roster,
            Memory memory,
            Hellos hellos,
            Doorkeeper doorkeeper,
            Applicant applicant,
            Paths paths) {
        this.turn = turn;
        this.tunnel = tunnel;
        this.drops = drops;
        this.roster = roster;
        this.memory = memory;
        this.hellos = hellos;
        this.doorkeeper = doorkeeper;
        this.applicant = applicant;
        this.paths = paths;
    }

    /** Says what is due to the peer now. */
    void settle(PeerEntry entry) {
        if (entry.up) {
            sendIfAny(entry, hellos.answer(entry));
            sendIfAny(entry, hellos.due(entry, turn.now()));
            sendIfAny(entry, applicant.invitationProof(entry));
            sendIfAny(entry, applicant.proof(entry));
        } else if (entry.isGuest() && entry.confirmed) {
            sendIfAny(entry, doorkeeper.due(entry, turn.now()));
        }
    }

    private void sendIfAny(PeerEntry entry, @Nullable ByteBuffer message) {
        if (message != null) {
            tunnel.sendPacket(entry.boundPeer(), message, turn.now());
        }
    }

    static long nextDeadlineNanos(PeerEntry entry) {
        long next = entry.up ? entry.nextHelloNanos : Long.MAX_VALUE;
        if (entry.isGuest()) {
            next = Math.min(next, Math.min(entry.nextNoticeNanos, PeerTable.guestUntilNanos(entry)));
        }
        return next;
    }

    /** Of a guest, only the proofs of the passcode and of an invitation are heard. */
    void receiveFromGuest(PeerEntry guest, ByteBuffer payload) {
        int type = ControlCodec.isControl(payload) ? ControlCodec.type(payload) : -1;
        boolean isInvited = type == ControlCodec.INVITATION_PROOF;
        if (!(isInvited || type == ControlCodec.PASSCODE_PROOF) || !guest.mayHear(turn.now())) {
            drops.count(Reason.NOT_ADMITTED);
            return;
        }
        Doorkeeper.Verdict verdict = isInvited
                ? doorkeeper.hearInvitationProof(guest, payload, turn.now())
                : doorkeeper.hearProof(guest, payload, turn.now());
        switch (verdict) {
            case ADMITTED -> letIn(guest, isInvited);
            case REFUSED -> drops.count(isInvited ? Reason.WRONG_INVITATION : Reason.WRONG_PASSCODE);
            case NOT_ASKED -> drops.count(Reason.NOT_ADMITTED);
            case MALFORMED -> drops.count(Reason.BAD_CONTROL_MESSAGE);
        }
        turn.unsettle();
    }

    private void letIn(PeerEntry guest, boolean isInvited) {
        roster.letIn(guest);
        if (isInvited) {
            memory.changedForGood(turn.now()); // a crash must not make the invitation a fresh one
            String name = guest.invitedAs == null ? "" : guest.invitedAs;
            turn.tell(new NodeEvent.InvitationUsed(guest.label(), name));
        }
    }

    /** A control message of an admitted peer. */
    void receive(PeerEntry entry, ByteBuffer payload) {
        if (!entry.mayHear(turn.now())) {
            drops.count(Reason.TOO_MANY_CONTROL_MESSAGES);
            return;
        }
        switch (ControlCodec.type(payload)) {
            case ControlCodec.HELLO -> receiveHello(entry, payload);
            case ControlCodec.CANDIDATES -> receiveCandidates(entry, payload);
            case ControlCodec.ADMISSION_NOTICE -> receiveNotice(entry, payload);
            case ControlCodec.INVITATION_PROOF -> receiveInvitationProof(entry, payload);
            default -> {} // of a later version
        }
    }

    private void receiveNotice(PeerEntry entry, ByteBuffer payload) {
        AdmissionNotice notice = ControlCodec.decodeNotice(payload);
        if (notice == null) {
            drops.count(Reason.BAD_CONTROL_MESSAGE);
        } else if (entry.isDialled()) {
            for (NodeEvent.NotLetIn news : applicant.hear(entry, notice)) {
                if (entry.mayTell(turn.now())) {
                    turn.tell(news);
                }
            }
            turn.unsettle();
        }
    }

    private void receiveInvitationProof(PeerEntry entry, ByteBuffer payload) {
        byte[] proof = ControlCodec.decodeProof(payload);
        OpenInvitation used = proof == null ? null : doorkeeper.usedBy(entry, proof, turn.now());
        if (proof == null) {
            drops.count(Reason.BAD_CONTROL_MESSAGE);
        } else if (used != null) {
            memory.changedForGood(turn.now());
            turn.tell(new NodeEvent.InvitationNotNeeded(entry.label(), used.name()));
            turn.unsettle();
        }
    }

    private void receiveCandidates(PeerEntry entry, ByteBuffer payload) {
        Reach reach = CandidatesCodec.decode(payload);
        if (reach == null) {
            drops.count(Reason.BAD_CONTROL_MESSAGE);
        } else {
            paths.heard(entry, reach);
        }
    }

    private void receiveHello(PeerEntry entry, ByteBuffer payload) {
        Hello before = entry.hello;
        boolean isFirst = entry.reachSent == 0 && entry.nextReachNanos == Long.MAX_VALUE;
        if (!hellos.hear(entry, payload, turn.now())) {
            drops.count(Reason.BAD_CONTROL_MESSAGE);
            return;
        }
        if (isFirst) {
            paths.introduce(entry);
        }
        if (entry.refusal != null) {
            entry.refusal = null; // it has let us in; what we said before, it has not heard
            hellos.begin(entry, turn.now());
        }
        applicant.letIn(entry);
        if (entry.code != null) {
            entry.code = null;
            memory.changed(turn.now());
        }
        if (entry.hello != null && !entry.hello.saysTheSameAs(before) && entry.mayTell(turn.now())) {
            turn.tell(new NodeEvent.PeerNamed(entry.label(), entry.hello.exitFamilies()));
            memory.changed(turn.now());
        }
        turn.unsettle();
    }
}
