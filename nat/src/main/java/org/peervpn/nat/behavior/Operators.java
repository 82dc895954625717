package org.peervpn.nat.behavior;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.StunMessage;

/**
 * Which addresses are one server's, so that its word does not count twice: those which name each other as OTHER-ADDRESS,
 * or of which one names the other, and that one itself, as coturn does. That only one says so is not enough, or a liar
 * could pass for others by claiming them.
 */
final class Operators {
    private final Map<InetAddress, Set<InetAddress>> claims = new HashMap<>();

    static Operators of(List<Inquiry> inquiries) {
        Operators operators = new Operators();
        for (Inquiry inquiry : inquiries) {
            for (Inquiry.Answer answer : inquiry.answers()) {
                InetSocketAddress other = answer.message().otherAddress();
                if (other != null && answer.message().type() == StunMessage.Type.SUCCESS) {
                    operators.claim(answer.source().getAddress(), other.getAddress());
                }
            }
        }
        return operators;
    }

    /** RFC 5780, section 7.4; null unless it is another address, which can be asked. */
    static @Nullable InetSocketAddress otherAddress(InetSocketAddress server, StunMessage answer) {
        InetSocketAddress other = answer.type() == StunMessage.Type.SUCCESS ? answer.otherAddress() : null;
        boolean usable = other != null
                && Sighting.isUsable(other)
                && Sighting.sameFamily(server, other)
                && !other.getAddress().equals(server.getAddress())
                && other.getPort() != server.getPort();
        return usable ? other : null;
    }

    private void claim(InetAddress one, InetAddress other) {
        claims.computeIfAbsent(one, address -> new HashSet<>()).add(other);
    }

    boolean areOne(InetAddress one, InetAddress other) {
        return one.equals(other) || isOther(one, other) || isOther(other, one);
    }

    private boolean isOther(InetAddress one, InetAddress other) {
        return claims(one, other) && (claims(other, one) || claims(other, other));
    }

    private boolean claims(InetAddress one, InetAddress other) {
        return claims.getOrDefault(one, Set.of()).contains(other);
    }
}
