package org.peervpn.node;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.NodeEvent.NotLetIn;
import org.peervpn.node.control.AdmissionNotice;
import org.peervpn.node.control.ControlCodec;
import org.peervpn.node.invitation.OneTimeSecret;

/**
 * Asks peers to let us in: hears what they want of a guest, and proves the passcode to those that the operator has told
 * us to call, and to nobody else; an invitation to the peer that it is of. Owned by the loop.
 */
final class Applicant {
    private final NodeConfig config;
    private final NodeOutput output;

    Applicant(NodeConfig config, NodeOutput output) {
        this.config = config;
        this.output = output;
    }

    /** What there is to tell people. */
    List<NotLetIn> hear(PeerEntry entry, AdmissionNotice notice) {
        boolean isNews = entry.refusal == null || entry.refusal.state() != notice.state();
        List<NotLetIn> news = new ArrayList<>();
        entry.refusal = notice;
        if (notice.spent() && mayProveInvitation(entry)) {
            entry.secretSpent = true;
            news.add(new NotLetIn(entry.label(), NotLetIn.Reason.INVITATION_SPENT, 0));
            isNews = notice.state() != AdmissionNotice.State.INVITATION; // what remains has not been told
        }
        if (notice.state() == AdmissionNotice.State.WRONG) {
            entry.passcodeWrong = true;
        }
        if (notice.state() == AdmissionNotice.State.LATER) {
            entry.invitationProved = false; // it was not looked at
        }
        if (mayProveInvitation(entry) && wantsProof(notice)) {
            entry.owesInvitationProof = true;
        } else if (notice.state() == AdmissionNotice.State.PASSCODE
                && config.passcode() != null
                && !entry.passcodeWrong) {
            prepareProof(entry);
        } else if (isNews) {
            news.add(new NotLetIn(entry.label(), reason(notice), notice.seconds()));
        }
        return news;
    }

    /** The peer has let us in. If it was for another reason than its invitation, nobody else shall use that. */
    void letIn(PeerEntry entry) {
        if (mayProveInvitation(entry) && !entry.invitationProved) {
            entry.owesInvitationProof = true;
        }
    }

    private static boolean mayProveInvitation(PeerEntry entry) {
        return entry.secret != null && !entry.secretSpent;
    }

    private static boolean wantsProof(AdmissionNotice notice) {
        return switch (notice.state()) {
            case PASSCODE, ASK, INVITATION -> true;
            case WRONG, LATER -> false;
        };
    }

    private NotLetIn.Reason reason(AdmissionNotice notice) {
        return switch (notice.state()) {
            case PASSCODE -> config.passcode() == null ? NotLetIn.Reason.NO_PASSCODE : NotLetIn.Reason.WRONG_PASSCODE;
            case WRONG -> NotLetIn.Reason.WRONG_PASSCODE;
            case LATER -> NotLetIn.Reason.TOO_MANY_TRIES;
            case ASK -> NotLetIn.Reason.ASKS_OPERATOR;
            case INVITATION -> NotLetIn.Reason.NOT_INVITED;
        };
    }

    private void prepareProof(PeerEntry entry) {
        entry.owesProof = true;
        if (entry.passcodeKey == null && !entry.awaitsPasscodeKey) {
            entry.awaitsPasscodeKey = true;
            output.derive(entry.key);
        }
    }

    void derived(PeerEntry entry, PasscodeKey key) {
        entry.awaitsPasscodeKey = false;
        entry.passcodeKey = key;
    }

    /** The proof of an invitation that is owed to the peer; null if there is none. */
    @Nullable
    ByteBuffer invitationProof(PeerEntry entry) {
        OneTimeSecret secret = entry.secret;
        List<ByteBuffer> sessions =
                entry.owesInvitationProof ? entry.boundPeer().handshakeHashes() : List.of();
        if (secret == null || sessions.isEmpty()) {
            return null;
        }
        entry.owesInvitationProof = false;
        entry.invitationProved = true;
        return ControlCodec.encodeInvitationProof(secret.proof(entry.key, sessions.get(0)));
    }

    /** The proof of the passcode that is owed to the peer and can be made now; null if there is none. */
    @Nullable
    ByteBuffer proof(PeerEntry entry) {
        PasscodeKey key = entry.passcodeKey;
        if (!entry.owesProof || key == null) {
            return null;
        }
        List<ByteBuffer> sessions = entry.boundPeer().handshakeHashes();
        if (sessions.isEmpty()) {
            return null;
        }
        entry.owesProof = false;
        return ControlCodec.encodeProof(key.proof(sessions.get(0)));
    }

    /** Why there is no hope without the operator; null if there is some. */
    NotLetIn.@Nullable Reason whyHopeless(PeerEntry entry) {
        if (entry.refusal == null) {
            return null;
        }
        if (entry.passcodeWrong) {
            return NotLetIn.Reason.WRONG_PASSCODE;
        }
        boolean asksForMore = entry.refusal.state() == AdmissionNotice.State.INVITATION
                || (entry.refusal.state() == AdmissionNotice.State.PASSCODE && config.passcode() == null);
        if (!asksForMore || mayProveInvitation(entry)) {
            return null;
        }
        return entry.secretSpent ? NotLetIn.Reason.INVITATION_SPENT : reason(entry.refusal);
    }
}
