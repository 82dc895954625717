package org.peervpn.tunnel;

import static java.lang.Math.min;
import static org.peervpn.tunnel.Timing.NEVER;

/**
 * The moments at which the loop has something to do for one peer. Those that the data path arms are not kept here but
 * follow from the stamps of the {@link Lane}.
 */
final class PeerTimers {
    /** REKEY_TIMEOUT after an initiation that has not been answered. */
    long retransmitNanos = NEVER;

    /** REKEY_ATTEMPT_TIME after somebody last asked for a handshake; has a meaning while we retransmit. */
    long giveUpNanos = NEVER;

    /** When the last keypair expires. */
    long expireNanos = NEVER;

    /** When keypairs that have long expired are erased. */
    long zeroKeysNanos = NEVER;

    /** 0 for none. */
    long persistentKeepaliveNanos;

    /** Added to the time in which the peer has to answer. */
    long noAnswerJitterNanos;

    long lastInitiationNanos = -Timing.REKEY_TIMEOUT_NANOS;

    private final Lane lane;

    PeerTimers(Lane lane) {
        this.lane = lane;
    }

    /** The earliest of them all. */
    long deadlineNanos() {
        long own = min(min(retransmitNanos, expireNanos), zeroKeysNanos);
        long armedByData = min(noAnswerNanos(), sendKeepaliveNanos());
        long asked = lane.isRekeyWanted() ? 0 : NEVER;
        return min(min(own, armedByData), min(sendPersistentKeepaliveNanos(), asked));
    }

    /** When data has gone without an answer for so long that a new handshake is due. */
    long noAnswerNanos() {
        return noAnswerNanos(lane.unansweredSinceNanos());
    }

    long noAnswerNanos(long since) {
        return since == Lane.UNSET ? NEVER : since + Timing.NO_ANSWER_NANOS + noAnswerJitterNanos;
    }

    /** When the peer, whose data had no answer from us, must get an empty one. */
    long sendKeepaliveNanos() {
        return sendKeepaliveNanos(lane.answerOwedSinceNanos());
    }

    static long sendKeepaliveNanos(long since) {
        return since == Lane.UNSET ? NEVER : since + Timing.KEEPALIVE_TIMEOUT_NANOS;
    }

    long sendPersistentKeepaliveNanos() {
        if (persistentKeepaliveNanos == 0) {
            return NEVER;
        }
        long last = lane.lastTraversalNanos();
        return last == Lane.UNSET ? 0 : last + persistentKeepaliveNanos;
    }
}
