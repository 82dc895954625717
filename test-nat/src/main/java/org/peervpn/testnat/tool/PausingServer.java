package org.peervpn.testnat.tool;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Like the server of a remote shell: {@code PausingServer PORT}. To each line with a number it answers after that many
 * seconds, so that after the pause it is the server that speaks first.
 */
public final class PausingServer {
    private PausingServer() {}

    public static void main(String[] arguments) throws IOException {
        try (ServerSocket server = new ServerSocket(Integer.parseInt(arguments[0]))) {
            System.out.println("listening");
            while (!server.isClosed()) {
                Socket socket = server.accept();
                new Thread(() -> serve(socket), "session").start();
            }
        }
    }

    private static void serve(Socket socket) {
        try (socket;
                BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
                PrintWriter out = new PrintWriter(socket.getOutputStream(), true, UTF_8)) {
            out.println("welcome");
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                Duration pause = Duration.ofSeconds(Long.parseLong(line));
                long end = System.nanoTime() + pause.toNanos();
                for (long rest = pause.toNanos(); rest > 0; rest = end - System.nanoTime()) {
                    LockSupport.parkNanos(rest);
                }
                out.println("after " + line);
            }
        } catch (IOException e) {
            System.err.println(e);
        }
    }
}
