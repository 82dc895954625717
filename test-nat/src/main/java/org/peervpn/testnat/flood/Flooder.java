package org.peervpn.testnat.flood;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.peervpn.testnat.tool.Endpoints;
import org.peervpn.tunnel.NoisePublicKey;

/**
 * Floods a node: {@code Flooder KIND KEY NODE TARGET OWN PER_SECOND SECONDS STUN_SERVER...}, endpoints as {@code
 * ADDRESS:PORT}. What is sent is made for the node; it goes to the target, which is the node, or something else for
 * comparison. Prints {@code ready}, begins when it has read a line, and ends with what it has sent.
 */
public final class Flooder {
    private static final long TICK_NANOS = 500_000;

    /** Of each guest that goes all the way; as many as a patient attacker with one core can do. */
    private static final long GUEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final int GUEST_SOURCES = 32;

    private final FloodKind kind;
    private final NoisePublicKey key;
    private final InetSocketAddress node;
    private final InetSocketAddress target;
    private final InetSocketAddress own;
    private final long perSecond;
    private final long seconds;
    private final List<InetSocketAddress> stunServers = new ArrayList<>();

    private Flooder(List<String> arguments) throws UnknownHostException {
        kind = FloodKind.valueOf(arguments.get(0));
        key = NoisePublicKey.parse(arguments.get(1));
        node = endpoint(arguments.get(2));
        target = endpoint(arguments.get(3));
        own = endpoint(arguments.get(4));
        perSecond = Long.parseLong(arguments.get(5));
        seconds = Long.parseLong(arguments.get(6));
        for (String server : arguments.subList(7, arguments.size())) {
            stunServers.add(endpoint(server));
        }
    }

    public static void main(String[] arguments) throws IOException {
        new Flooder(List.of(arguments)).flood();
    }

    private void flood() throws IOException {
        int most = (int) (perSecond * seconds);
        Magazine magazine = new Armourer(key, node, own).load(kind, stunServers, most);
        List<SpoofingSocket> sockets = magazine.sources().stream()
                .map(source -> new SpoofingSocket(source, target))
                .toList();
        System.out.println("ready");
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII)).readLine();
        AtomicBoolean over = new AtomicBoolean();
        Thread guests = new Thread(() -> beGuests(over), "guests");
        guests.setDaemon(true);
        if (kind == FloodKind.GUESTS && target.equals(node)) {
            guests.start();
        }
        System.out.println(send(magazine, sockets));
        over.set(true);
    }

    private String send(Magazine magazine, List<SpoofingSocket> sockets) {
        long startNanos = System.nanoTime();
        long endNanos = startNanos + TimeUnit.SECONDS.toNanos(seconds);
        long sent = 0;
        long refused = 0;
        int next = 0;
        List<Volley> volleys = magazine.volleys();
        for (long now = startNanos; now < endNanos; now = System.nanoTime()) {
            long due = (now - startNanos) * perSecond / TimeUnit.SECONDS.toNanos(1);
            while (sent + refused < due && next < volleys.size()) {
                Volley volley = volleys.get(next++);
                if (sockets.get(volley.source()).send(volley)) {
                    sent += volley.datagrams();
                } else {
                    refused += volley.datagrams();
                }
                if (next == volleys.size() && magazine.again()) {
                    next = 0;
                }
            }
            LockSupport.parkNanos(TICK_NANOS);
        }
        return "sent " + sent + " refused " + refused + " millis "
                + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }

    /** Strangers that come by the line, one after the other. */
    private void beGuests(AtomicBoolean over) {
        SecureRandom random = new SecureRandom();
        int guests = 0;
        int admitted = 0;
        while (!over.get()) {
            // Behind those whose cookies the flood bears.
            InetSocketAddress source = Armourer.source(0xff00 + guests++ % GUEST_SOURCES);
            try (DatagramSocket socket = new DatagramSocket(source)) {
                admitted += new Correspondent(key, random).connect(socket, node, 2) ? 1 : 0;
            } catch (IOException e) {
                // It comes again from another source.
            }
            LockSupport.parkNanos(GUEST_PAUSE_NANOS);
        }
        System.out.println("guests " + guests + " completed " + admitted);
    }

    private static InetSocketAddress endpoint(String text) throws UnknownHostException {
        int colon = text.lastIndexOf(':');
        return Endpoints.of(text.substring(0, colon), text.substring(colon + 1));
    }
}
