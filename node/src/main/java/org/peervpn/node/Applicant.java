package org.peervpn.node;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.NodeEvent.NotLetIn;
import org.peervpn.node.control.AdmissionNotice;
import org.peervpn.node.control.ControlCodec;

/**
 * Asks peers to let us in: hears what they want of a guest, and proves the passcode to those that the operator has told
 * us to call, and to nobody else. Owned by the loop.
 */
final class Applicant {
    private final NodeConfig config;
    private final NodeOutput output;

    Applicant(NodeConfig config, NodeOutput output) {
        this.config = config;
        this.output = output;
    }

    /** What there is to tell people; null for nothing new. */
    @Nullable
    NotLetIn hear(PeerEntry entry, AdmissionNotice notice) {
        boolean isNews = entry.refusal == null || entry.refusal.state() != notice.state();
        entry.refusal = notice;
        if (notice.state() == AdmissionNotice.State.WRONG) {
            entry.passcodeWrong = true;
        }
        if (notice.state() == AdmissionNotice.State.PASSCODE && config.passcode() != null && !entry.passcodeWrong) {
            prepareProof(entry);
            return null;
        }
        return isNews ? new NotLetIn(entry.label(), reason(notice), notice.seconds()) : null;
    }

    private NotLetIn.Reason reason(AdmissionNotice notice) {
        return switch (notice.state()) {
            case PASSCODE -> config.passcode() == null ? NotLetIn.Reason.NO_PASSCODE : NotLetIn.Reason.WRONG_PASSCODE;
            case WRONG -> NotLetIn.Reason.WRONG_PASSCODE;
            case LATER -> NotLetIn.Reason.TOO_MANY_TRIES;
            case ASK -> NotLetIn.Reason.ASKS_OPERATOR;
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

    /** The proof that is owed to the peer and can be made now; null if there is none. */
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

    /** True if there is no hope without the operator: the passcode is missing or wrong. */
    boolean isHopeless(PeerEntry entry) {
        return entry.refusal != null
                && (entry.passcodeWrong
                        || (entry.refusal.state() == AdmissionNotice.State.PASSCODE && config.passcode() == null));
    }
}
