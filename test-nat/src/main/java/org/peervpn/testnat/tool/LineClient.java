package org.peervpn.testnat.tool;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.Socket;

/** A TCP connection by hand: {@code LineClient ADDRESS PORT} sends the lines it reads and prints the lines it gets. */
public final class LineClient {
    private LineClient() {}

    public static void main(String[] arguments) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(Endpoints.of(arguments[0], arguments[1]), 5000);
            Thread sender = new Thread(() -> send(socket), "sender");
            sender.setDaemon(true);
            sender.start();
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                System.out.println(line);
            }
        }
    }

    private static void send(Socket socket) {
        try {
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
            PrintWriter out = new PrintWriter(socket.getOutputStream(), true, UTF_8);
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                out.println(line);
            }
        } catch (IOException e) {
            System.err.println(e);
        }
    }
}
