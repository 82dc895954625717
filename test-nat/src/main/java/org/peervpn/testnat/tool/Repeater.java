package org.peervpn.testnat.tool;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a client and a node and repeats what it hears: {@code Repeater PORT ADDRESS PORT TIMES} passes each
 * datagram that comes to its port on to the node so many times, and each answer back to the client once.
 */
public final class Repeater {
    private static final int LARGEST = 65_507;

    private Repeater() {}

    public static void main(String[] arguments) throws IOException {
        AtomicReference<@Nullable SocketAddress> client = new AtomicReference<>();
        InetSocketAddress node = Endpoints.of(arguments[1], arguments[2]);
        int times = Integer.parseInt(arguments[3]);
        try (DatagramSocket toClient = new DatagramSocket(Integer.parseInt(arguments[0]));
                DatagramSocket toNode = new DatagramSocket()) {
            Thread back = new Thread(() -> passBack(toNode, toClient, client), "back");
            back.setDaemon(true);
            back.start();
            System.out.println("listening");
            DatagramPacket datagram = new DatagramPacket(new byte[LARGEST], LARGEST);
            while (true) {
                datagram.setLength(LARGEST);
                toClient.receive(datagram);
                client.set(datagram.getSocketAddress());
                for (int i = 0; i < times; i++) {
                    toNode.send(new DatagramPacket(datagram.getData(), datagram.getLength(), node));
                }
            }
        }
    }

    private static void passBack(
            DatagramSocket toNode, DatagramSocket toClient, AtomicReference<@Nullable SocketAddress> client) {
        DatagramPacket datagram = new DatagramPacket(new byte[LARGEST], LARGEST);
        try {
            while (true) {
                datagram.setLength(LARGEST);
                toNode.receive(datagram);
                SocketAddress to = client.get();
                if (to != null) {
                    toClient.send(new DatagramPacket(datagram.getData(), datagram.getLength(), to));
                }
            }
        } catch (IOException e) {
            System.err.println(e);
        }
    }
}
