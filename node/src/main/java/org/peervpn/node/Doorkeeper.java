package org.peervpn.node;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.Remembered.OpenInvitation;
import org.peervpn.node.control.AdmissionNotice;
import org.peervpn.node.control.AdmissionNotice.State;
import org.peervpn.node.control.ControlCodec;
import org.peervpn.tunnel.NoisePublicKey;

/**
 * Decides about strangers: whom the tunnel may answer, and what a guest has to do to be let in. Owned by the loop.
 *
 * <p>A guest is a stranger that has not been let in: no packet of it passes in either direction. What it has to do, it is
 * told at most {@link #MAX_NOTICES} times for each handshake.
 */
final class Doorkeeper {
    static final int MAX_NOTICES = 3;
    static final long NOTICE_INTERVAL_NANOS = NodeCore.seconds(1);

    /** Proofs from one IPv4 address or IPv6 /64. */
    static final int PROOFS_OF_SOURCE = 5;

    static final long SOURCE_PAUSE_NANOS = NodeCore.seconds(60);

    /** Proofs from anywhere: with one in 10 s, the least passcode of six digits holds for months. */
    static final int PROOFS_IN_ALL = 30;

    static final long PAUSE_NANOS = NodeCore.seconds(10);

    /** Sources of which the count is kept. */
    static final int MAX_SOURCES = 1024;

    /** What a guest's proof was worth. */
    enum Verdict {
        ADMITTED,
        REFUSED,
        NOT_ASKED,
        MALFORMED
    }

    private record Attempts(Allowance allowance, long fullAgainNanos) {}

    private final NodeConfig config;
    private final PeerTable peers;
    private final Allowance proofsInAll = new Allowance(PROOFS_IN_ALL, PAUSE_NANOS);
    private final Map<Source, Attempts> proofsOfSource = new LinkedHashMap<>();
    private final Invitations invitations;

    /** null until it has been derived; guests wait for it. */
    private @Nullable PasscodeKey ownKey;

    Doorkeeper(NodeConfig config, PeerTable peers, Invitations invitations) {
        this.config = config;
        this.peers = peers;
        this.invitations = invitations;
    }

    /** The passcode is ready for proofs that are made for this node. */
    void ownKey(PasscodeKey key, long nowNanos) {
        ownKey = key;
        peers.entries().stream().filter(PeerEntry::isGuest).forEach(guest -> tell(guest, State.PASSCODE, nowNanos));
    }

    /** True if the stranger's handshake may be answered at all. */
    boolean mayKnock(NoisePublicKey key, long nowNanos) {
        return (config.admission() != Admission.KNOWN || expectsInvited(nowNanos)) && !peers.isBanned(key);
    }

    /** True if somebody may come by an invitation, or too late with one. */
    boolean expectsInvited(long nowNanos) {
        return invitations.any(nowNanos);
    }

    /** The guest has proved that it receives where it claims to be. True if that is enough. */
    boolean arrived(PeerEntry guest, long nowNanos) {
        guest.confirmed = true;
        guest.wasTooLate = false;
        if (config.admission() == Admission.LINE) {
            return true;
        }
        if (config.admission() != Admission.PASSCODE || ownKey != null) {
            tell(guest, wanted(), nowNanos);
        }
        return false;
    }

    /** What a stranger has to do to be let in. */
    private State wanted() {
        return switch (config.admission()) {
            case PASSCODE -> State.PASSCODE;
            case ASK -> State.ASK;
            case LINE, KNOWN -> State.INVITATION;
        };
    }

    /** The notice that is due to the guest now; null if none is. */
    @Nullable
    ByteBuffer due(PeerEntry guest, long nowNanos) {
        if (guest.notice == null || nowNanos < guest.nextNoticeNanos) {
            return null;
        }
        if (guest.notice == State.LATER && guest.noticesSent > 0) {
            tell(guest, wanted(), nowNanos);
        }
        if (guest.noticesSent == MAX_NOTICES) {
            guest.nextNoticeNanos = Long.MAX_VALUE;
            return null;
        }
        guest.noticesSent++;
        boolean later = guest.notice == State.LATER;
        long pause = later ? SOURCE_PAUSE_NANOS : NOTICE_INTERVAL_NANOS;
        guest.nextNoticeNanos = nowNanos + pause;
        int seconds = later ? (int) (pause / NodeCore.seconds(1)) : 0;
        return ControlCodec.encode(new AdmissionNotice(guest.notice, seconds, guest.wasTooLate));
    }

    private static void tell(PeerEntry guest, State state, long nowNanos) {
        guest.notice = state;
        guest.noticesSent = 0;
        guest.nextNoticeNanos = nowNanos;
    }

    /** A guest's control message that claims to be a proof of the passcode. */
    Verdict hearProof(PeerEntry guest, ByteBuffer payload, long nowNanos) {
        byte[] proof = ControlCodec.decodeProof(payload);
        if (proof == null) {
            return Verdict.MALFORMED;
        }
        PasscodeKey key = ownKey;
        if (key == null || guest.notice != State.PASSCODE) {
            return Verdict.NOT_ASKED;
        }
        // Before the proof is looked at: whoever has guessed too often must not learn whether this one is right.
        if (!mayTry(guest, nowNanos)) {
            tell(guest, State.LATER, nowNanos);
            return Verdict.REFUSED;
        }
        if (guest.boundPeer().handshakeHashes().stream().anyMatch(hash -> key.accepts(proof, hash))) {
            guest.origin = Origin.PASSCODE;
            return Verdict.ADMITTED;
        }
        tell(guest, State.WRONG, nowNanos);
        return Verdict.REFUSED;
    }

    /** A guest's control message that claims to be a proof of an invitation. */
    Verdict hearInvitationProof(PeerEntry guest, ByteBuffer payload, long nowNanos) {
        byte[] proof = ControlCodec.decodeProof(payload);
        if (proof == null) {
            return Verdict.MALFORMED;
        }
        // Not a second time in one handshake.
        if (guest.notice != wanted() || guest.wasTooLate) {
            return Verdict.NOT_ASKED;
        }
        if (!mayTry(guest, nowNanos)) {
            tell(guest, State.LATER, nowNanos);
            return Verdict.REFUSED;
        }
        OpenInvitation used = invitations.use(proof, guest.boundPeer().handshakeHashes(), nowNanos);
        if (used != null) {
            guest.origin = Origin.INVITATION;
            guest.invitedAs = used.name();
            return Verdict.ADMITTED;
        }
        guest.wasTooLate = true;
        if (guest.askNanos != Long.MAX_VALUE) {
            guest.askNanos = nowNanos;
        }
        tell(guest, wanted(), nowNanos);
        return Verdict.REFUSED;
    }

    /**
     * The control message of a peer that is in already and claims to prove an invitation: that is used up by it. Null if
     * there is no such invitation, or not any more.
     */
    @Nullable
    OpenInvitation usedBy(PeerEntry entry, byte[] proof, long nowNanos) {
        OpenInvitation used = invitations.use(proof, entry.boundPeer().handshakeHashes(), nowNanos);
        if (used != null && entry.origin.isStranger()) {
            entry.origin = Origin.INVITATION; // it is let in for good, as anybody is who comes by one
            entry.invitedAs = used.name();
        }
        return used;
    }

    private boolean mayTry(PeerEntry guest, long nowNanos) {
        Source source = guest.source;
        if (source == null) {
            return false;
        }
        proofsOfSource.values().removeIf(attempts -> nowNanos >= attempts.fullAgainNanos());
        Attempts before = proofsOfSource.get(source);
        if (before == null && proofsOfSource.size() == MAX_SOURCES) {
            return false;
        }
        Allowance allowance = before == null ? new Allowance(PROOFS_OF_SOURCE, SOURCE_PAUSE_NANOS) : before.allowance();
        proofsOfSource.put(source, new Attempts(allowance, nowNanos + PROOFS_OF_SOURCE * SOURCE_PAUSE_NANOS));
        // The source's own first: one that has used up its tries must not use up those of all.
        return allowance.take(nowNanos) && proofsInAll.take(nowNanos);
    }
}
