package org.peervpn.testnat.tool;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.Random;

/**
 * Sends datagrams to an {@link EchoServer} and compares what comes back: {@code UdpEcho ADDRESS SIZE...}. Ends with 1 if
 * one of them does not come back after three tries.
 */
public final class UdpEcho {
    private static final int TRIES = 3;
    private static final int PATIENCE_MILLIS = 1000;

    private UdpEcho() {}

    public static void main(String[] arguments) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(Endpoints.of(arguments[0], EchoServer.UDP_PORT));
            for (String size : Arrays.asList(arguments).subList(1, arguments.length)) {
                byte[] payload = new byte[Integer.parseInt(size)];
                new Random().nextBytes(payload);
                boolean echoed = isEchoed(socket, payload);
                System.out.println(size + (echoed ? " echoed" : " lost"));
                if (!echoed) {
                    System.exit(1);
                }
            }
        }
    }

    private static boolean isEchoed(DatagramSocket socket, byte[] payload) throws IOException {
        InetSocketAddress server = (InetSocketAddress) socket.getRemoteSocketAddress();
        DatagramPacket echo = new DatagramPacket(new byte[65_507], 65_507);
        for (int i = 0; i < TRIES; i++) {
            socket.send(new DatagramPacket(payload, payload.length, server));
            try {
                echo.setLength(65_507);
                socket.receive(echo);
                if (Arrays.equals(payload, Arrays.copyOf(echo.getData(), echo.getLength()))) {
                    return true;
                }
            } catch (SocketTimeoutException e) {
                // The next try decides.
            }
        }
        return false;
    }
}
