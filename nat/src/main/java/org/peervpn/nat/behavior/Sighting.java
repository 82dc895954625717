package org.peervpn.nat.behavior;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.StunMessage;

/**
 * What a server says of one of our channels: as which endpoint it sees it.
 *
 * @param asked when the channel first sent to the server
 */
record Sighting(int channel, InetSocketAddress server, InetSocketAddress mapped, long asked) {

    /** All that servers have said when they were asked nothing but this. */
    static List<Sighting> of(List<Inquiry> inquiries) {
        return inquiries.stream()
                .filter(inquiry -> !inquiry.wish().changeAddress()
                        && !inquiry.wish().changePort()
                        && inquiry.wish().responsePort() == 0)
                .flatMap(Sighting::of)
                .toList();
    }

    private static Stream<Sighting> of(Inquiry inquiry) {
        return inquiry.answers().stream()
                .map(answer -> mapped(inquiry.server(), answer.message()))
                .filter(Objects::nonNull)
                .map(mapped -> new Sighting(inquiry.channel(), inquiry.server(), mapped, inquiry.firstSentNanos()));
    }

    /** null if the server tells none that a NAT can have given us. */
    static @Nullable InetSocketAddress mapped(InetSocketAddress server, StunMessage answer) {
        InetSocketAddress mapped = answer.type() == StunMessage.Type.SUCCESS ? answer.mappedAddress() : null;
        return mapped != null && isUsable(mapped) && sameFamily(server, mapped) ? mapped : null;
    }

    static boolean sameFamily(InetSocketAddress one, InetSocketAddress other) {
        return one.getAddress() instanceof Inet4Address == other.getAddress() instanceof Inet4Address;
    }

    static boolean isUsable(InetSocketAddress endpoint) {
        InetAddress address = endpoint.getAddress();
        return endpoint.getPort() != 0
                && !address.isAnyLocalAddress()
                && !address.isLoopbackAddress()
                && !address.isMulticastAddress()
                && !address.isLinkLocalAddress();
    }

    InetAddress serverAddress() {
        return server.getAddress();
    }
}
