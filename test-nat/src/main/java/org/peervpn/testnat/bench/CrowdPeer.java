package org.peervpn.testnat.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.peervpn.testnat.flood.Cookies;
import org.peervpn.testnat.flood.Correspondent;
import org.peervpn.tunnel.NoisePrivateKey;
import org.peervpn.tunnel.NoisePublicKey;

/** One of many clients: its address, and how far its handshake is. What takes time is done beforehand or later. */
final class CrowdPeer {
    private static final int PORT = 40_000;
    private static final int RESPONSE = 2;
    private static final int COOKIE_REPLY = 3;
    private static final int SENDER_OFFSET = 4;
    private static final int RECEIVER_OFFSET = 8;
    private static final int INDEX_BYTES = 4;
    private static final int SENDS_OF_ONE = 4;

    private final Correspondent correspondent;
    private final Cookies cookies;
    private final InetSocketAddress source;
    private final InetSocketAddress node;
    private byte[] initiation = {};
    private byte @Nullable [] response; // until it has come
    private int sends;
    private long sentNanos;

    CrowdPeer(int number, NoisePrivateKey key, NoisePublicKey nodeKey, InetSocketAddress node, SecureRandom random) {
        correspondent = new Correspondent(key, nodeKey, random);
        cookies = new Cookies(nodeKey);
        source = source(number);
        this.node = node;
    }

    InetSocketAddress source() {
        return source;
    }

    boolean isAnswered() {
        return response != null;
    }

    long sentNanos() {
        return sentNanos;
    }

    /** Makes ready for one more handshake. */
    void again() {
        initiation = correspondent.initiation();
        response = null;
        sends = 0;
    }

    /** The initiation, now and then a new one: the node takes none twice. */
    void send(DatagramChannel channel) throws IOException {
        if (++sends % SENDS_OF_ONE == 0) {
            initiation = correspondent.initiation();
        }
        sentNanos = System.nanoTime();
        channel.write(ByteBuffer.wrap(initiation));
    }

    /** True if that was a cookie, and the initiation has to be sent again with it. */
    boolean receive(byte[] datagram) {
        if (datagram[0] == RESPONSE) {
            if (answersInitiation(datagram)) {
                response = datagram;
            }
        } else if (datagram[0] == COOKIE_REPLY && !isAnswered()) {
            byte[] cookie = cookies.open(datagram, datagram.length, initiation);
            if (cookie != null) {
                initiation = Cookies.with(cookie, initiation);
                return true;
            }
        }
        return false;
    }

    /** And not an earlier one: WireGuard paper 5.4.3. */
    private boolean answersInitiation(byte[] datagram) {
        return datagram.length >= RECEIVER_OFFSET + INDEX_BYTES
                && Arrays.equals(
                        datagram,
                        RECEIVER_OFFSET,
                        RECEIVER_OFFSET + INDEX_BYTES,
                        initiation,
                        SENDER_OFFSET,
                        SENDER_OFFSET + INDEX_BYTES);
    }

    /** Takes the response and confirms it; false if there is no keypair even then. */
    boolean complete(DatagramChannel channel) throws IOException {
        if (response == null) {
            return false;
        }
        for (byte[] message : correspondent.answersTo(ByteBuffer.wrap(response), node)) {
            channel.write(ByteBuffer.wrap(message));
        }
        return correspondent.isConnected();
    }

    Correspondent correspondent() {
        return correspondent;
    }

    private static InetSocketAddress source(int number) {
        try {
            byte[] address = {11, 99, (byte) (number / 250), (byte) (1 + number % 250)};
            return new InetSocketAddress(InetAddress.getByAddress(address), PORT);
        } catch (UnknownHostException e) {
            throw new AssertionError("an address has the length of an address", e);
        }
    }
}
