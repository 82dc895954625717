package org.peervpn.testnat.tool;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what the NAT in front of it does: {@code NatProbe ADDRESS OTHER-ADDRESS [SECONDS...]}, the addresses being
 * those of a {@link ProbeServer}. Prints one line; with seconds also whether a mapping lives that long while idle.
 */
public final class NatProbe {
    private static final int PATIENCE_MILLIS = 700;
    private static final int TRIES = 3;

    private final String address;
    private final String otherAddress;

    private NatProbe(String address, String otherAddress) {
        this.address = address;
        this.otherAddress = otherAddress;
    }

    public static void main(String[] arguments) throws IOException {
        NatProbe probe = new NatProbe(arguments[0], arguments[1]);
        StringBuilder line = new StringBuilder(probe.behaviour());
        for (int i = 2; i < arguments.length; i++) {
            line.append(" lives").append(arguments[i]).append('=').append(probe.lives(Integer.parseInt(arguments[i])));
        }
        System.out.println(line);
    }

    private String behaviour() throws IOException {
        String filtering = filtering();
        if (filtering.equals("none")) {
            return "filtering=none mapping=none";
        }
        try (DatagramSocket socket = new DatagramSocket()) {
            List<@Nullable String> seen = new ArrayList<>();
            for (String server : new String[] {address, otherAddress}) {
                seen.add(ask(socket, server, ProbeServer.PORT, "same"));
                seen.add(ask(socket, server, ProbeServer.OTHER_PORT, "same"));
            }
            if (seen.contains(null)) {
                return "filtering=" + filtering + " mapping=unanswered";
            }
            String external = String.valueOf(seen.get(0));
            return "filtering=%s mapping=%s ports=%s hairpin=%s external=%s"
                    .formatted(filtering, mapping(seen), ports(seen, socket), hairpin(socket, external), external);
        }
    }

    /** Before all else, and on a socket of its own: the other tests open the filter. */
    private String filtering() throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            if (ask(socket, address, ProbeServer.PORT, "same") == null) {
                return "none";
            }
            if (ask(socket, address, ProbeServer.PORT, "both") != null) {
                return "independent";
            }
            return ask(socket, address, ProbeServer.PORT, "port") != null ? "address" : "address+port";
        }
    }

    private static String mapping(List<@Nullable String> seen) {
        if (new HashSet<>(seen).size() == 1) {
            return "independent";
        }
        boolean byAddress = String.valueOf(seen.get(0)).equals(seen.get(1))
                && String.valueOf(seen.get(2)).equals(seen.get(3));
        return byAddress ? "address" : "address+port";
    }

    private static String ports(List<@Nullable String> seen, DatagramSocket socket) {
        List<Integer> ports = seen.stream()
                .map(endpoint -> Integer.valueOf(String.valueOf(endpoint).replaceFirst(".* ", "")))
                .toList();
        if (new HashSet<>(ports).size() < ports.size()) {
            return ports.get(0) == socket.getLocalPort() ? "preserved" : "changed";
        }
        boolean sequential = IntStream.range(1, ports.size()).allMatch(i -> ports.get(i) - ports.get(i - 1) == 1);
        return sequential ? "sequential" : "random";
    }

    private boolean hairpin(DatagramSocket inside, String external) throws IOException {
        String[] words = external.split(" ", 2);
        try (DatagramSocket other = new DatagramSocket()) {
            byte[] hello = "hairpin".getBytes(US_ASCII);
            other.send(new DatagramPacket(hello, hello.length, Endpoints.of(words[0], words[1])));
            return "hairpin".equals(receive(inside, PATIENCE_MILLIS));
        }
    }

    private boolean lives(int seconds) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            return ask(socket, Endpoints.of(address, ProbeServer.PORT), "same", seconds * 1000) != null;
        }
    }

    private @Nullable String ask(DatagramSocket socket, String server, int port, String how) throws IOException {
        for (int i = 0; i < TRIES; i++) {
            String seen = ask(socket, Endpoints.of(server, port), how, 0);
            if (seen != null) {
                return seen;
            }
        }
        return null;
    }

    /** The endpoint that the server sees; null if no answer came. */
    private static @Nullable String ask(DatagramSocket socket, InetSocketAddress server, String how, int delayMillis)
            throws IOException {
        String tag = UUID.randomUUID().toString();
        byte[] request = (tag + " " + how + " " + delayMillis).getBytes(US_ASCII);
        socket.send(new DatagramPacket(request, request.length, server));
        String answer = receive(socket, delayMillis + PATIENCE_MILLIS);
        while (answer != null && !answer.startsWith(tag)) {
            answer = receive(socket, delayMillis + PATIENCE_MILLIS);
        }
        return answer == null ? null : answer.substring(tag.length() + 1);
    }

    private static @Nullable String receive(DatagramSocket socket, int millis) throws IOException {
        DatagramPacket datagram = new DatagramPacket(new byte[512], 512);
        socket.setSoTimeout(millis);
        try {
            socket.receive(datagram);
            return new String(datagram.getData(), 0, datagram.getLength(), US_ASCII);
        } catch (SocketTimeoutException e) {
            return null;
        }
    }
}
