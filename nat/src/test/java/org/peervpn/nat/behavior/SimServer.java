package org.peervpn.nat.behavior;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.StunBytes;
import org.peervpn.nat.TransactionId;

/** A STUN server with up to two addresses and two ports, honest or not. */
final class SimServer {

    enum Kind {
        RFC5780,
        /** One address; refuses what it does not know. */
        RFC5389,
        /** Says that it has another address, and answers from the first nonetheless. */
        IGNORES_CHANGE,
        /** Says that it has another address, and does not answer what it shall answer from there. */
        DROPS_CHANGE,
        REFUSES_CHANGE,
        /** Answers from another port when it shall from another address. */
        WRONG_PLACE,
        /** Answers from the right place and says it was another. */
        WRONG_ORIGIN,
        /** Its other address is its own with another port. */
        SAME_ADDRESS,
        /** Knows RFC 5780, but not RESPONSE-PORT. */
        NO_RESPONSE_PORT,
        /** Tells everybody the same endpoint. */
        TELLS_ONE,
        /** Tells another endpoint each time. */
        TELLS_ANY,
        /** Tells an endpoint a little beside the right one. */
        TELLS_BESIDE,
        DEAD
    }

    record Reply(InetSocketAddress from, InetSocketAddress to, ByteBuffer datagram) {}

    private final Kind kind;
    private final InetSocketAddress first;
    private final InetSocketAddress other;
    private final Random random;
    private final InetSocketAddress oneForAll;
    private final boolean secondNamesItself; // as coturn's does

    SimServer(Kind kind, InetSocketAddress first, InetSocketAddress other, Random random) {
        this.kind = kind;
        this.first = first;
        this.other = other;
        this.random = random;
        this.secondNamesItself = random.nextBoolean();
        this.oneForAll = new InetSocketAddress("198.51.100.77", 1024 + random.nextInt(60_000));
    }

    boolean has(InetSocketAddress address) {
        boolean ip = address.getAddress().equals(first.getAddress())
                || (kind != Kind.RFC5389 && address.getAddress().equals(other.getAddress()));
        boolean port =
                address.getPort() == first.getPort() || (kind != Kind.RFC5389 && address.getPort() == other.getPort());
        return ip && port;
    }

    @Nullable
    Reply answer(InetSocketAddress source, InetSocketAddress at, ByteBuffer request) {
        int flags = attribute(request, 0x0003) & 0xff;
        int responsePort = attribute(request, 0x0027) >>> 16;
        boolean changes = (flags & 6) != 0;
        TransactionId id = TransactionId.of(request);
        boolean refuses = kind == Kind.RFC5389 || kind == Kind.REFUSES_CHANGE;
        if (kind == Kind.DEAD || (changes && kind == Kind.DROPS_CHANGE)) {
            return null;
        }
        if ((changes && refuses) || (responsePort != 0 && (refuses || kind == Kind.NO_RESPONSE_PORT))) {
            return new Reply(at, source, StunBytes.error(id, 420));
        }
        InetSocketAddress from = changes && kind != Kind.IGNORES_CHANGE ? changed(at, flags) : at;
        InetSocketAddress to = responsePort == 0 ? source : new InetSocketAddress(source.getAddress(), responsePort);
        StunBytes answer = new StunBytes(StunBytes.BINDING_SUCCESS, id).xorMapped(told(source));
        if (kind != Kind.RFC5389) {
            answer.address(StunBytes.RESPONSE_ORIGIN, kind == Kind.WRONG_ORIGIN && changes ? at : from);
            answer.address(StunBytes.OTHER_ADDRESS, otherOf(at));
        }
        return new Reply(from, to, answer.fingerprint().build());
    }

    private InetSocketAddress changed(InetSocketAddress at, int flags) {
        boolean address = (flags & 4) != 0 && kind != Kind.WRONG_PLACE && kind != Kind.SAME_ADDRESS;
        boolean port = (flags & 2) != 0;
        InetSocketAddress opposite = opposite(at);
        return new InetSocketAddress(
                address ? opposite.getAddress() : at.getAddress(), port ? opposite.getPort() : at.getPort());
    }

    private InetSocketAddress otherOf(InetSocketAddress at) {
        InetSocketAddress opposite = opposite(at);
        boolean itself = secondNamesItself && at.getAddress().equals(other.getAddress());
        return (kind == Kind.SAME_ADDRESS || itself)
                ? new InetSocketAddress(at.getAddress(), opposite.getPort())
                : opposite;
    }

    private InetSocketAddress opposite(InetSocketAddress at) {
        return new InetSocketAddress(
                at.getAddress().equals(first.getAddress()) ? other.getAddress() : first.getAddress(),
                at.getPort() == first.getPort() ? other.getPort() : first.getPort());
    }

    private InetSocketAddress told(InetSocketAddress source) {
        return switch (kind) {
            case TELLS_ONE -> oneForAll;
            case TELLS_ANY -> new InetSocketAddress(source.getAddress(), 1024 + random.nextInt(60_000));
            case TELLS_BESIDE -> new InetSocketAddress(source.getAddress(), (source.getPort() + 7) % 65_000 + 1);
            default -> source;
        };
    }

    /** The four bytes of an attribute; 0 if it is not there. */
    private static int attribute(ByteBuffer request, int type) {
        for (int start = 20; start < request.limit(); start += 4 + (request.getShort(start + 2) + 3) / 4 * 4) {
            if ((request.getShort(start) & 0xffff) == type) {
                return request.getInt(start + 4);
            }
        }
        return 0;
    }
}
