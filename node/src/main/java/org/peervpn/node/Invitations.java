package org.peervpn.node;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.Remembered.OpenInvitation;
import org.peervpn.node.invitation.Invitation;
import org.peervpn.node.invitation.OneTimeSecret;
import org.peervpn.tunnel.NoisePublicKey;

/**
 * The invitations that this node has given out: each lets in one stranger, which has to prove its secret. Those that were
 * used are remembered as such until they would have expired, so that whoever comes too late is told. Owned by the loop.
 */
final class Invitations {

    /** By our own clock: strangers make us look, and the wall clock is not theirs to turn. */
    private record Open(OpenInvitation invitation, long untilNanos) {}

    private final NoisePublicKey ownKey;
    private final List<Open> open = new ArrayList<>();

    /** Until when those are remembered that were used, the oldest first. */
    private final Deque<Long> used = new ArrayDeque<>();

    Invitations(NoisePublicKey ownKey) {
        this.ownKey = ownKey;
    }

    /**
     * An {@link IllegalArgumentException} says that there are too many.
     *
     * @param left until it expires; nothing happens if it has
     */
    void add(OpenInvitation invitation, Duration left, long nowNanos) {
        forgetExpired(nowNanos);
        if (left.isNegative() || left.isZero()) {
            return;
        }
        if (open.size() + used.size() >= Remembered.MAX_INVITATIONS && used.poll() == null) {
            throw new IllegalArgumentException(
                    "there are " + open.size()
                            + " invitations that nobody has used yet; withdraw some by --remove=NAME or --remove=CODE, or wait until they expire");
        }
        open.add(new Open(invitation, nowNanos + min(left, Invitation.VALIDITY).toNanos()));
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** True if somebody may come by an invitation, or too late with one. */
    boolean any(long nowNanos) {
        forgetExpired(nowNanos);
        return !open.isEmpty() || !used.isEmpty();
    }

    /**
     * The invitation whose secret was proved for one of these sessions; it is used up by that. Null if there is none.
     *
     * @param sessions their handshake hashes
     */
    @Nullable
    OpenInvitation use(byte[] proof, List<ByteBuffer> sessions, long nowNanos) {
        forgetExpired(nowNanos);
        for (Iterator<Open> each = open.iterator(); each.hasNext(); ) {
            Open one = each.next();
            if (sessions.stream().anyMatch(hash -> one.invitation.secret().accepts(proof, ownKey, hash))) {
                each.remove();
                used.add(one.untilNanos);
                return one.invitation;
            }
        }
        return null;
    }

    /** Nobody can use those any more that were meant for this name. False if there was none. */
    boolean withdraw(String name, long nowNanos) {
        return withdraw(nowNanos, one -> !name.isEmpty() && one.name().equals(name));
    }

    /** Nobody can use the one with this secret any more. False if it is not open. */
    boolean withdraw(OneTimeSecret secret, long nowNanos) {
        return withdraw(nowNanos, one -> one.secret().equals(secret));
    }

    private boolean withdraw(long nowNanos, Predicate<OpenInvitation> which) {
        forgetExpired(nowNanos);
        List<Open> meant =
                open.stream().filter(one -> which.test(one.invitation)).toList();
        meant.forEach(one -> used.add(one.untilNanos));
        return open.removeAll(meant);
    }

    private void forgetExpired(long nowNanos) {
        open.removeIf(one -> nowNanos >= one.untilNanos);
        used.removeIf(untilNanos -> nowNanos >= untilNanos);
    }

    /** How many are open. */
    int count(long nowNanos) {
        forgetExpired(nowNanos);
        return open.size();
    }

    /** Those that are open, the oldest first. */
    List<OpenInvitation> open() {
        return open.stream().map(Open::invitation).toList();
    }
}
