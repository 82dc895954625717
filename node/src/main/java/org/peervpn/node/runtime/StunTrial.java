package org.peervpn.node.runtime;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.Endpoint;
import org.peervpn.node.diagnostics.InternetChecks.StunAnswer;

/** Asks one STUN server from a port of its own how long it takes to answer. Blocks. */
final class StunTrial {
    private static final int TRIES = 3;
    private static final int PATIENCE_MILLIS = 700;

    /** Binding request of RFC 8489 without attributes: type, length, magic cookie, transaction id. */
    private static final int HEADER_BYTES = 20;

    private static final int ID_OFFSET = 8;
    private static final int BINDING_REQUEST = 0x0001;
    private static final int BINDING_SUCCESS = 0x0101;
    private static final int MAGIC_COOKIE = 0x2112a442;

    private StunTrial() {}

    static StunAnswer ask(Endpoint server) {
        try (DatagramSocket socket = new DatagramSocket()) {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(server.host()), server.port());
            socket.setSoTimeout(PATIENCE_MILLIS);
            for (int i = 0; i < TRIES; i++) {
                Double millis = millisOf(socket, address);
                if (millis != null) {
                    return new StunAnswer(server.toString(), millis);
                }
            }
        } catch (IOException e) {
            // Neither resolved nor reachable: it is silent.
        }
        return new StunAnswer(server.toString(), null);
    }

    private static @Nullable Double millisOf(DatagramSocket socket, InetSocketAddress server) {
        byte[] id = new byte[HEADER_BYTES - ID_OFFSET];
        new SecureRandom().nextBytes(id);
        ByteBuffer request = ByteBuffer.allocate(HEADER_BYTES);
        request.putShort((short) BINDING_REQUEST)
                .putShort((short) 0)
                .putInt(MAGIC_COOKIE)
                .put(id);
        DatagramPacket answer = new DatagramPacket(new byte[1280], 1280);
        long sent = System.nanoTime();
        try {
            socket.send(new DatagramPacket(request.array(), HEADER_BYTES, server));
            socket.receive(answer);
        } catch (IOException e) {
            return null; // no answer in time
        }
        long took = System.nanoTime() - sent;
        ByteBuffer header = ByteBuffer.wrap(answer.getData(), 0, answer.getLength());
        boolean isOurs = answer.getLength() >= HEADER_BYTES
                && header.getShort(0) == BINDING_SUCCESS
                && Arrays.equals(answer.getData(), ID_OFFSET, HEADER_BYTES, id, 0, id.length);
        return isOurs ? took / (double) TimeUnit.MILLISECONDS.toNanos(1) : null;
    }
}
