package org.peervpn.testnat.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.peervpn.testnat.tool.Endpoints;
import org.peervpn.tunnel.NoisePrivateKey;
import org.peervpn.tunnel.NoisePublicKey;

/**
 * Many clients of one node in one process: {@code Crowd PEERS SECONDS}. Asks and is answered on its standard streams:
 *
 * <ol>
 *   <li>it prints {@code key} with the public key of each client, and {@code keys}
 *   <li>it reads the node's key, address and port, its inner address, and then each client's; prints {@code loaded}
 *   <li>it reads a line, lets all shake hands several times, and prints {@code handshakes} with how many have, how many did in a
 *       second at first, and how many later
 *   <li>it reads a line, sends packets for a while, so that nodes compile what is hot, and prints {@code warm}
 *   <li>it reads a line, sends packets for so many seconds, prints {@code sent}, and ends
 * </ol>
 */
public final class Crowd {
    private static final Duration WARM_UP = Duration.ofSeconds(3);

    /** As many of few clients as of many, so that what they take of the node's memory is that of the clients. */
    private static final int HANDSHAKES = 8_000;

    private static final int MIN_LATER_ROUNDS = 7;
    private static final int MAX_LATER_ROUNDS = 31;

    private final BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    private final int size;
    private final Duration duration;

    private Crowd(int size, Duration duration) {
        this.size = size;
        this.duration = duration;
    }

    public static void main(String[] arguments) throws IOException {
        new Crowd(Integer.parseInt(arguments[0]), Duration.ofSeconds(Long.parseLong(arguments[1]))).run();
    }

    private void run() throws IOException {
        SecureRandom random = new SecureRandom();
        List<NoisePrivateKey> keys = Stream.generate(() -> NoisePrivateKey.generate(random))
                .limit(size)
                .toList();
        keys.forEach(key -> System.out.println("key " + key.publicKey()));
        System.out.println("keys");
        NoisePublicKey nodeKey = NoisePublicKey.parse(in.readLine());
        InetSocketAddress node = Endpoints.of(in.readLine(), in.readLine());
        String nodeAddress = in.readLine();
        List<CrowdPeer> peers = new ArrayList<>();
        List<String> addresses = new ArrayList<>();
        for (NoisePrivateKey key : keys) {
            peers.add(new CrowdPeer(peers.size(), key, nodeKey, node, random));
            addresses.add(in.readLine());
        }
        System.out.println("loaded");
        in.readLine();
        shakeHands(peers, node);
        in.readLine();
        try (CrowdTraffic traffic = new CrowdTraffic(peers, addresses, nodeAddress, node)) {
            traffic.send(WARM_UP);
            System.out.println("warm");
            in.readLine();
            traffic.send(duration);
        }
        System.out.println("sent");
    }

    private static void shakeHands(List<CrowdPeer> peers, InetSocketAddress node) throws IOException {
        try (CrowdHandshakes handshakes = new CrowdHandshakes(peers, node)) {
            double first = handshakes.perSecond();
            int complete = handshakes.complete();
            double[] later = new double[laterRounds(peers.size())];
            for (int i = 0; i < later.length; i++) {
                later[i] = handshakes.perSecond();
                complete = Math.min(complete, handshakes.complete());
            }
            Arrays.sort(later);
            System.out.println("handshakes " + complete + " " + first + " " + later[later.length / 2]);
        }
    }

    private static int laterRounds(int peers) {
        return Math.max(MIN_LATER_ROUNDS, Math.min(MAX_LATER_ROUNDS, HANDSHAKES / peers - 1));
    }
}
