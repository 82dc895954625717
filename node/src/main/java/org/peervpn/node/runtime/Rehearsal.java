package org.peervpn.node.runtime;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.peervpn.node.Admission;
import org.peervpn.node.ConnectLine;
import org.peervpn.node.Endpoint;
import org.peervpn.node.NodeConfig;
import org.peervpn.node.NodeEvent;
import org.peervpn.node.OverlayAddresses;
import org.peervpn.node.PresharedKeys;
import org.peervpn.node.Remembered;
import org.peervpn.routing.RouterConfig;
import org.peervpn.tunnel.NoisePrivateKey;
import org.peervpn.tunnel.NoisePublicKey;
import org.peervpn.tunnel.tun.TunException;
import org.peervpn.tunnel.tun.TunPair;
import org.peervpn.tunnel.udp.UdpPort;

/**
 * Two nodes of this process carry a download by loopback, with all that real ones have but a TUN device and a machine that
 * is changed. From such a run Java can learn, while peervpn is built, what to compile first and how: a node that begins
 * with that knowledge is at full speed some seconds earlier.
 */
public final class Rehearsal {
    private static final int MTU = 1420;
    private static final int PATIENCE_SECONDS = 30;

    /** A port of the kernel's choice. */
    static final UdpPort.Options OPTIONS = new UdpPort.Options(0, false, 0, true);

    private Rehearsal() {}

    /** Carries so many megabytes; a {@link NodeException} says what kept it from that. */
    public static void run(int megabytes) throws NodeException {
        run(megabytes, 0);
    }

    /** The same of nodes that want so many workers, and whose devices have one queue. */
    static void run(int megabytes, int workers) throws NodeException {
        SecureRandom random = new SecureRandom();
        NoisePrivateKey serverKey = NoisePrivateKey.generate(random);
        NoisePrivateKey clientKey = NoisePrivateKey.generate(random);
        try (Stage server = new Stage(serverKey, List.of(), List.of(clientKey.publicKey()), workers);
                Stage client = new Stage(clientKey, List.of(server.line()), List.of(), workers)) {
            server.connected.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            client.connected.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            carry(server, client, megabytes * 1_000_000L);
        } catch (ExecutionException | TimeoutException | IOException e) {
            throw new NodeException("two nodes of one process do not reach each other", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException("interrupted", e);
        }
    }

    private static void carry(Stage server, Stage client, long bytes) throws IOException, NodeException {
        long begin = System.nanoTime();
        for (long left = bytes; left > 0; left -= client.receive()) {
            if (System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS)) {
                throw new NodeException("two nodes of one process carry too little", null);
            }
            client.sendTo(server, 0);
            server.receive();
            server.sendTo(client, TunPair.MAX_TCP_PAYLOAD);
        }
    }

    static NodeConfig config(NoisePrivateKey key, List<ConnectLine> connect, List<NoisePublicKey> allow) {
        return new NodeConfig(
                key,
                "",
                "",
                false,
                connect.isEmpty(),
                connect,
                allow,
                Admission.KNOWN,
                null,
                PresharedKeys.NONE,
                Remembered.NOTHING,
                false,
                List.of(),
                List.of(),
                List.of(),
                OverlayAddresses.DEFAULT_IPV4_PREFIX,
                MTU,
                List.of(),
                null,
                Duration.ZERO,
                false,
                false);
    }

    /** One of the two, and its kernel. */
    private static final class Stage implements Engine.Machine, AutoCloseable {
        private static final int LOST_AFTER_READS = 100_000;

        private final NoisePrivateKey key;
        private final Engine engine;
        private final TunPair pair;
        private final CompletableFuture<Void> connected = new CompletableFuture<>();

        Stage(NoisePrivateKey key, List<ConnectLine> connect, List<NoisePublicKey> allow, int workers)
                throws NodeException {
            this.key = key;
            try {
                pair = TunPair.open("rehearsal", MTU);
            } catch (TunException e) {
                throw new NodeException(e);
            }
            engine = Engine.open(config(key, connect, allow), OPTIONS, workers, InstantSource.system(), this);
            engine.writeTo(pair.tun());
            pair.tun().start(queue -> new OutboundPath(engine, pair.tun(), queue, () -> {}));
            engine.start();
        }

        ConnectLine line() {
            return new ConnectLine(
                    key.publicKey(), new Endpoint("127.0.0.1", engine.port().port()));
        }

        private byte[] address() {
            InetAddress own = OverlayAddresses.of(key.publicKey(), OverlayAddresses.DEFAULT_IPV4_PREFIX)
                    .ipv4();
            return own.getAddress();
        }

        void sendTo(Stage other, int payloadBytes) throws IOException {
            pair.sendTcp(address(), other.address(), payloadBytes);
        }

        /** How many bytes have come, of one packet at least unless that was lost on its way. */
        int receive() throws IOException {
            int received = 0;
            for (int i = 0; received == 0 && i < LOST_AFTER_READS; i++) {
                int length = pair.receive();
                while (length > 0) {
                    received += length;
                    length = pair.receive();
                }
            }
            return received;
        }

        @Override
        public void beacon(ByteBuffer datagram) {}

        @Override
        public void route(RouterConfig wanted) {
            engine.run(core -> core.routed(wanted, engine.nowNanos()));
        }

        @Override
        public void remember(Remembered remembered) {}

        @Override
        public void event(NodeEvent event) {
            if (event instanceof NodeEvent.PeerConnected) {
                connected.complete(null);
            }
        }

        @Override
        public void close() throws NodeException {
            try {
                pair.tun().close();
                engine.close();
                pair.close();
            } catch (IOException e) {
                throw new NodeException("a socket cannot be closed", e);
            }
        }
    }
}
