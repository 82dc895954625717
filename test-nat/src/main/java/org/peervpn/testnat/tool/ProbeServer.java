package org.peervpn.testnat.tool;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Tells a {@link NatProbe} what endpoint it is seen by, with the abilities of an RFC 5780 server: two addresses, two
 * ports, answers from another of them, late answers. {@code ProbeServer ADDRESS OTHER-ADDRESS}.
 *
 * <pre>request: TAG HOW DELAY-MILLIS, HOW one of same, port, both        answer: TAG ADDRESS PORT</pre>
 */
public final class ProbeServer {
    static final int PORT = 7000;
    static final int OTHER_PORT = 7001;

    private final Map<InetSocketAddress, DatagramSocket> sockets = new HashMap<>();
    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
    private final String address;
    private final String otherAddress;

    private ProbeServer(String address, String otherAddress) {
        this.address = address;
        this.otherAddress = otherAddress;
    }

    public static void main(String[] arguments) throws IOException {
        new ProbeServer(arguments[0], arguments[1]).start();
        System.out.println("listening");
    }

    private void start() throws IOException {
        for (String host : new String[] {address, otherAddress}) {
            for (int port : new int[] {PORT, OTHER_PORT}) {
                InetSocketAddress endpoint = Endpoints.of(host, port);
                sockets.put(endpoint, new DatagramSocket(endpoint));
            }
        }
        sockets.values().forEach(socket -> new Thread(() -> serve(socket), "probes").start());
    }

    private void serve(DatagramSocket socket) {
        DatagramPacket request = new DatagramPacket(new byte[512], 512);
        while (!socket.isClosed()) {
            try {
                socket.receive(request);
                answer(socket, request);
            } catch (IOException | ExecutionException | InterruptedException e) {
                System.err.println(e);
            }
        }
    }

    private void answer(DatagramSocket asked, DatagramPacket request)
            throws IOException, ExecutionException, InterruptedException {
        String[] words = new String(request.getData(), 0, request.getLength(), US_ASCII).split(" ", 3);
        InetSocketAddress client = (InetSocketAddress) request.getSocketAddress();
        DatagramSocket from = answering((InetSocketAddress) asked.getLocalSocketAddress(), words[1]);
        byte[] answer = (words[0] + " " + Endpoints.text(client)).getBytes(US_ASCII);
        var sent = later.schedule(
                () -> {
                    from.send(new DatagramPacket(answer, answer.length, client));
                    return answer;
                },
                Long.parseLong(words[2]),
                MILLISECONDS);
        if (words[2].equals("0")) {
            sent.get();
        }
    }

    private DatagramSocket answering(InetSocketAddress asked, String how) throws IOException {
        String host = asked.getAddress().getHostAddress();
        String fromHost = how.equals("both") ? (host.equals(address) ? otherAddress : address) : host;
        int fromPort = how.equals("same") ? asked.getPort() : PORT + OTHER_PORT - asked.getPort();
        DatagramSocket socket = sockets.get(Endpoints.of(fromHost, fromPort));
        if (socket == null) {
            throw new IOException("no socket for " + fromHost + " " + fromPort);
        }
        return socket;
    }
}
