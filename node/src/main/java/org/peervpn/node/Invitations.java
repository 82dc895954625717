package org.peervpn.node;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.Remembered.OpenInvitation;
import org.peervpn.tunnel.NoisePublicKey;

/**
 * The invitations that this node has given out: each lets in one stranger, which has to prove its secret. Those that were
 * used are remembered as such until they would have expired, so that whoever comes too late is told. Owned by the loop.
 */
final class Invitations {
    private final NoisePublicKey ownKey;
    private final List<OpenInvitation> open = new ArrayList<>();

    /** Until when those are remembered that were used, the oldest first. */
    private final Deque<Instant> used = new ArrayDeque<>();

    Invitations(NoisePublicKey ownKey) {
        this.ownKey = ownKey;
    }

    /** An {@link IllegalArgumentException} says that there are too many. */
    void add(OpenInvitation invitation, Instant now) {
        forgetExpired(now);
        if (open.size() + used.size() >= Remembered.MAX_INVITATIONS && used.poll() == null) {
            throw new IllegalArgumentException(
                    "there are " + open.size()
                            + " invitations that nobody has used yet; withdraw some by --remove=NAME, or wait until they expire");
        }
        open.add(invitation);
    }

    /** True if somebody may come by an invitation, or too late with one. */
    boolean any(Instant now) {
        forgetExpired(now);
        return !open.isEmpty() || !used.isEmpty();
    }

    /**
     * The invitation whose secret was proved for one of these sessions; it is used up by that. Null if there is none.
     *
     * @param sessions their handshake hashes
     */
    @Nullable
    OpenInvitation use(byte[] proof, List<ByteBuffer> sessions, Instant now) {
        forgetExpired(now);
        for (Iterator<OpenInvitation> each = open.iterator(); each.hasNext(); ) {
            OpenInvitation invitation = each.next();
            if (sessions.stream().anyMatch(hash -> invitation.secret().accepts(proof, ownKey, hash))) {
                each.remove();
                used.add(invitation.until());
                return invitation;
            }
        }
        return null;
    }

    /** Nobody can use those any more that were meant for this name. False if there was none. */
    boolean withdraw(String name) {
        return !name.isEmpty()
                && open.removeIf(invitation -> {
                    boolean isMeant = invitation.name().equals(name);
                    if (isMeant) {
                        used.add(invitation.until());
                    }
                    return isMeant;
                });
    }

    private void forgetExpired(Instant now) {
        open.removeIf(invitation -> !now.isBefore(invitation.until()));
        used.removeIf(until -> !now.isBefore(until));
    }

    /** Those that are open, the oldest first. */
    List<OpenInvitation> open() {
        return List.copyOf(open);
    }
}
