package org.peervpn.routing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * One TCP session in which, like in a shell left alone, the server is the next to speak.
 *
 * <p>{@code server PORT} says each line of its standard input to whoever connected; {@code client FROM TO PORT} prints it.
 */
final class SessionMain {

    private SessionMain() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("server")) {
            serve(Integer.parseInt(arguments[1]));
        } else {
            listen(arguments[1], arguments[2], Integer.parseInt(arguments[3]));
        }
    }

    private static void serve(int port) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        try (ServerSocket server = new ServerSocket(port)) {
            System.out.println("listening");
            try (Socket session = server.accept()) {
                System.out.println("accepted");
                String line = lines.readLine();
                while (line != null) {
                    session.getOutputStream().write((line + "\n").getBytes(UTF_8));
                    System.out.println("said");
                    line = lines.readLine();
                }
            }
        }
    }

    private static void listen(String from, String to, int port) throws Exception {
        try (Socket session = new Socket(InetAddress.getByName(to), port, InetAddress.getByName(from), 0)) {
            session.setSoTimeout(10_000);
            System.out.println("connected");
            BufferedReader lines = new BufferedReader(new InputStreamReader(session.getInputStream(), UTF_8));
            String line = lines.readLine();
            while (line != null) {
                System.out.println(line);
                line = lines.readLine();
            }
        }
    }
}
