package org.peervpn.nat;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** A {@link MappingWatch} and its servers in virtual time, one round trip of 40 ms apart. */
final class StunNet {
    static final long RTT_NANOS = 40_000_000L;

    /** What a server does with a request; null is silence. */
    interface Server {
        @Nullable
        ByteBuffer answer(TransactionId request);

        static Server telling(String endpoint) {
            return request -> StunBytes.success(request, address(endpoint));
        }

        static Server failing(int errorCode) {
            return request -> StunBytes.error(request, errorCode);
        }

        static Server silent() {
            return request -> null;
        }
    }

    record Request(long nanos, InetSocketAddress server, TransactionId id) {}

    /** What the watch reported, as text: {@code "none -> 192.0.2.1:5 (unconfirmed)"}. */
    final List<String> reports = new ArrayList<>();

    final List<Request> requests = new ArrayList<>();
    final MappingWatch watch;
    private final Map<InetSocketAddress, Server> servers = new HashMap<>();
    private final PriorityQueue<Delivery> deliveries =
            new PriorityQueue<>(Comparator.comparingLong((Delivery delivery) -> delivery.nanos));
    long nowNanos;

    private record Delivery(long nanos, InetSocketAddress source, ByteBuffer datagram) {}

    StunNet() {
        watch = new MappingWatch(seeded(1), new MappingWatch.Output() {
            @Override
            public void toServer(InetSocketAddress server, ByteBuffer datagram) {
                request(server, TransactionId.of(datagram));
            }

            @Override
            public void mappingChanged(MappingWatch.@Nullable Mapping old, MappingWatch.@Nullable Mapping current) {
                reports.add(text(old) + " -> " + text(current));
            }
        });
    }

    static SecureRandom seeded(long seed) {
        try {
            SecureRandom random = SecureRandom.getInstance("SHA1PRNG");
            random.setSeed(seed); // before the first use: seeds, does not supplement
            return random;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static long seconds(double seconds) {
        return Math.round(seconds * 1e9);
    }

    /** From {@code 192.0.2.1:5} or {@code [2001:db8::1]:5}. */
    static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        return new InetSocketAddress(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    }

    StunNet with(String address, Server server) {
        servers.put(address(address), server);
        return this;
    }

    void use(String... addresses) {
        List<InetSocketAddress> list = new ArrayList<>();
        for (String address : addresses) {
            list.add(address(address));
        }
        watch.servers(list, nowNanos);
    }

    /** Plays everything that happens until {@code seconds} after the start. */
    void runUntil(double seconds) {
        long endNanos = seconds(seconds);
        while (nextNanos() <= endNanos) {
            nowNanos = Math.max(nowNanos, nextNanos());
            Delivery delivery = deliveries.peek();
            if (delivery != null && delivery.nanos <= nowNanos) {
                deliveries.remove();
                watch.receiveDatagram(delivery.source, delivery.datagram, nowNanos);
            } else {
                watch.onTimeout(nowNanos);
            }
        }
        nowNanos = endNanos;
    }

    private long nextNanos() {
        Delivery delivery = deliveries.peek();
        return Math.min(watch.nextDeadlineNanos(), delivery == null ? Long.MAX_VALUE : delivery.nanos);
    }

    List<InetSocketAddress> askedSince(double seconds) {
        return requests.stream()
                .filter(request -> request.nanos >= seconds(seconds))
                .map(Request::server)
                .toList();
    }

    private void request(InetSocketAddress server, TransactionId id) {
        requests.add(new Request(nowNanos, server, id));
        ByteBuffer answer = Objects.requireNonNull(servers.get(server)).answer(id);
        if (answer != null) {
            deliveries.add(new Delivery(nowNanos + RTT_NANOS, server, answer));
        }
    }

    private static String text(MappingWatch.@Nullable Mapping mapping) {
        if (mapping == null) {
            return "none";
        }
        InetSocketAddress endpoint = mapping.endpoint();
        return endpoint.getAddress().getHostAddress() + ":" + endpoint.getPort()
                + (mapping.confirmed() ? "" : " (unconfirmed)");
    }
}
