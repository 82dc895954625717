package org.peervpn.nat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against coturn on loopback, with two addresses and two ports as RFC 5780 wants it. */
class CoturnIT {
    private static final Path PROGRAM = Path.of("/usr/bin/turnserver");
    private static final List<String> IPS = List.of("127.0.0.1", "127.0.0.2");

    private DatagramSocket socket;
    private int port;
    private int otherPort;
    private Process coturn;

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        assumeTrue(Files.isExecutable(PROGRAM));
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        port = freePort();
        otherPort = freePort();
        coturn = new ProcessBuilder(
                        PROGRAM.toString(),
                        "-n",
                        "-c",
                        Files.createFile(directory.resolve("empty")).toString(),
                        "--stun-only",
                        "--listening-ip=" + IPS.get(0),
                        "--listening-ip=" + IPS.get(1),
                        "--listening-port=" + port,
                        "--alt-listening-port=" + otherPort,
                        "--no-tcp",
                        "--no-tls",
                        "--no-dtls",
                        "--no-cli",
                        "--pidfile=" + directory.resolve("pid"),
                        "--log-file=stdout")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (coturn != null) {
            socket.close();
            coturn.destroy();
            coturn.waitFor(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void ourAddressIsTold() throws IOException {
        StunMessage answer = ask(new InetSocketAddress(IPS.get(0), port));

        assertThat(answer.type()).isEqualTo(StunMessage.Type.SUCCESS);
        assertThat(answer.mappedAddress()).isEqualTo(socket.getLocalSocketAddress());
    }

    @Test
    void originAndOtherAddressAreTold() throws IOException {
        StunMessage answer = ask(new InetSocketAddress(IPS.get(0), port));

        assertThat(answer.responseOrigin()).isEqualTo(new InetSocketAddress(IPS.get(0), port));
        assertThat(answer.otherAddress()).isEqualTo(new InetSocketAddress(IPS.get(1), otherPort));
    }

    @Test
    void everyAddressAndPortAnswers() throws IOException {
        for (String ip : IPS) {
            for (int each : new int[] {port, otherPort}) {
                assertThat(ask(new InetSocketAddress(ip, each)).mappedAddress())
                        .isEqualTo(socket.getLocalSocketAddress());
            }
        }
    }

    /** Asks until there is an answer: coturn needs a moment to begin. */
    private StunMessage ask(InetSocketAddress server) throws IOException {
        long startNanos = System.nanoTime();
        Asker asker = new Asker(server);
        while (true) {
            long nowNanos = System.nanoTime() - startNanos;
            asker.transactions.onTimeout(nowNanos);
            long waitMillis = TimeUnit.NANOSECONDS.toMillis(asker.transactions.nextDeadlineNanos() - nowNanos);
            StunMessage answer = asker.receive((int) Math.max(waitMillis, 1));
            if (answer != null) {
                return answer;
            }
        }
    }

    private final class Asker implements StunTransactions.Output {
        private final StunTransactions transactions = new StunTransactions(new SecureRandom(), this);
        private int attemptsLeft = 5;

        Asker(InetSocketAddress server) {
            transactions.begin(server, 0);
        }

        @Override
        public void send(InetSocketAddress server, ByteBuffer request) {
            try {
                byte[] bytes = new byte[request.remaining()];
                request.get(bytes);
                socket.send(new DatagramPacket(bytes, bytes.length, server));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void timedOut(InetSocketAddress server, long nowNanos) {
            assertThat(attemptsLeft--).as("attempts left").isPositive();
            transactions.begin(server, nowNanos);
        }

        @Nullable
        StunMessage receive(int timeoutMillis) throws IOException {
            DatagramPacket packet = new DatagramPacket(new byte[2000], 2000);
            socket.setSoTimeout(timeoutMillis);
            try {
                socket.receive(packet);
            } catch (SocketTimeoutException e) {
                return null;
            }
            return transactions.receive(
                    (InetSocketAddress) packet.getSocketAddress(),
                    ByteBuffer.wrap(packet.getData(), 0, packet.getLength()));
        }
    }

    private static int freePort() throws IOException {
        try (DatagramSocket probe = new DatagramSocket()) {
            return probe.getLocalPort();
        }
    }
}
