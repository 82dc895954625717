package org.peervpn.node.runtime;

import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Finds out why no STUN server answers: if a server's host is reached by TCP, even to be refused, but answers no UDP, UDP
 * is blocked; if the host says itself that nothing listens there, it is the server.
 */
final class TcpTrial {
    private static final int PATIENCE_MILLIS = 1_500;
    private static final int STUN_OVER_TCP_AND_WEB = 443;

    private TcpTrial() {}

    /** Tells, on a thread of its own, whether UDP does not pass though TCP does. */
    static void begin(List<InetSocketAddress> servers, Consumer<Boolean> blocked) {
        Thread trial = new Thread(() -> run(servers, blocked), "tcp-trial");
        trial.setDaemon(true);
        trial.start();
    }

    private static void run(List<InetSocketAddress> servers, Consumer<Boolean> blocked) {
        ExecutorService threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "tcp-trial");
            thread.setDaemon(true);
            return thread;
        });
        var refused = all(servers, TcpTrial::refusesUdp, threads);
        var reached = all(servers, TcpTrial::isReachedByTcp, threads);
        blocked.accept(anyTrue(reached) && !anyTrue(refused));
        threads.shutdown();
    }

    private static List<CompletableFuture<Boolean>> all(
            List<InetSocketAddress> servers, Predicate<InetSocketAddress> trial, ExecutorService threads) {
        return servers.stream()
                .map(server -> CompletableFuture.supplyAsync(() -> trial.test(server), threads))
                .toList();
    }

    private static boolean anyTrue(List<CompletableFuture<Boolean>> trials) {
        return trials.stream().map(CompletableFuture::join).reduce(false, Boolean::logicalOr);
    }

    private static boolean isReachedByTcp(InetSocketAddress server) {
        return connects(server) || connects(new InetSocketAddress(server.getAddress(), STUN_OVER_TCP_AND_WEB));
    }

    private static boolean connects(InetSocketAddress server) {
        try (Socket socket = new Socket()) {
            socket.connect(server, PATIENCE_MILLIS / 2);
            return true;
        } catch (ConnectException e) {
            return String.valueOf(e.getMessage()).contains("refused"); // by the host itself, so it was reached
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean refusesUdp(InetSocketAddress server) {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(server);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.send(new DatagramPacket(new byte[1], 1));
            socket.receive(new DatagramPacket(new byte[1], 1));
            return true; // it answers: UDP passes, whatever it says
        } catch (PortUnreachableException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
