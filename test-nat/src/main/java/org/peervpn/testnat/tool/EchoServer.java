package org.peervpn.testnat.tool;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/**
 * The server side of a test: {@code EchoServer ADDRESS...}. On each address, HTTP on port 80 answers GET with the
 * client's address as it sees it, and POST with what was posted; UDP on port 7 sends every datagram back. A socket per
 * address, so that answers leave from the address that was asked.
 */
public final class EchoServer {
    public static final int HTTP_PORT = 80;
    public static final int UDP_PORT = 7;
    private static final int MAX_DATAGRAM = 65_507;

    private EchoServer() {}

    public static void main(String[] addresses) throws IOException {
        for (String address : addresses) {
            HttpServer http = HttpServer.create(Endpoints.of(address, HTTP_PORT), 0);
            http.createContext("/", EchoServer::answer);
            http.setExecutor(Executors.newCachedThreadPool());
            http.start();
            DatagramSocket udp = new DatagramSocket(Endpoints.of(address, UDP_PORT));
            new Thread(() -> echo(udp), "echo " + address).start();
        }
        System.out.println("listening");
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestMethod().equals("POST")
                    ? exchange.getRequestBody().readAllBytes()
                    : exchange.getRemoteAddress().getAddress().getHostAddress().getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static void echo(DatagramSocket socket) {
        DatagramPacket datagram = new DatagramPacket(new byte[MAX_DATAGRAM], MAX_DATAGRAM);
        while (!socket.isClosed()) {
            try {
                datagram.setLength(MAX_DATAGRAM);
                socket.receive(datagram);
                socket.send(datagram);
            } catch (IOException e) {
                // A client that has gone, or has no route back, is no reason to end.
                System.err.println(e);
            }
        }
    }
}
