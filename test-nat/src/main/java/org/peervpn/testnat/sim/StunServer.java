package org.peervpn.testnat.sim;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A STUN server with two addresses and two ports (RFC 5780), which may be honest or not. */
final class StunServer {
    static final int PORT = 3478;
    static final int OTHER_PORT = 3479;

    /** What a liar says that everybody's endpoint is. Nobody is there. */
    static final InetSocketAddress LIE = new InetSocketAddress(Addresses.ipv4(11, 99, 99, 99), 9999);

    private static final InetSocketAddress IPV6_LIE =
            new InetSocketAddress(Addresses.ipv6(0x2a00_9999_0000_0000L, 0x99), 9999);

    /** What it answers. */
    enum Honesty {
        HONEST,
        /** Nothing. */
        SILENT,
        /** {@link #LIE}. */
        LYING,
        /** Noise that begins like an answer. */
        GARBLED,
        /** To the right question, but from another port than the one that was asked. */
        FROM_ELSEWHERE
    }

    private final Realm internet;
    private final InetAddress address;
    private final InetAddress otherAddress;
    private final Link link;
    private final Honesty character;

    StunServer(Realm internet, InetAddress address, InetAddress otherAddress, Link link, Honesty character) {
        this.internet = internet;
        this.address = address;
        this.otherAddress = otherAddress;
        this.link = link;
        this.character = character;
        internet.attach(address, this::receive, link);
        internet.attach(otherAddress, this::receive, link);
    }

    InetSocketAddress endpoint() {
        return new InetSocketAddress(address, PORT);
    }

    InetAddress otherAddress() {
        return otherAddress;
    }

    private void receive(Datagram datagram) {
        int port = datagram.destination().getPort();
        boolean isAsked = Stun.isRequest(datagram.bytes()) && (port == PORT || port == OTHER_PORT);
        if (!isAsked || character == Honesty.SILENT) {
            return;
        }
        InetSocketAddress asked = datagram.destination();
        InetSocketAddress origin = new InetSocketAddress(
                Stun.asksForOtherIp(datagram.bytes()) ? other(asked.getAddress()) : asked.getAddress(),
                Stun.asksForOtherPort(datagram.bytes()) ? other(port) : port);
        InetSocketAddress other = new InetSocketAddress(other(asked.getAddress()), other(port));
        InetSocketAddress mapped = character == Honesty.LYING ? lie(datagram) : datagram.source();
        byte[] answer = Stun.answer(datagram.bytes(), mapped, origin, other);
        if (character == Honesty.GARBLED) {
            answer[22] ^= 0x7f; // the length of the first attribute
        }
        InetSocketAddress source = character == Honesty.FROM_ELSEWHERE
                ? new InetSocketAddress(origin.getAddress(), origin.getPort() + 10)
                : origin;
        internet.send(link, new Datagram(source, datagram.source(), answer));
    }

    static boolean isLie(InetSocketAddress endpoint) {
        return endpoint.getAddress().equals(LIE.getAddress())
                || endpoint.getAddress().equals(IPV6_LIE.getAddress());
    }

    private static InetSocketAddress lie(Datagram datagram) {
        return datagram.isIpv4() ? LIE : IPV6_LIE;
    }

    private InetAddress other(InetAddress one) {
        return one.equals(address) ? otherAddress : address;
    }

    private static int other(int port) {
        return port == PORT ? OTHER_PORT : PORT;
    }
}
