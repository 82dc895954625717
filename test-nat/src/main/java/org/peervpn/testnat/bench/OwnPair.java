package org.peervpn.testnat.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.peervpn.testnat.Host;
import org.peervpn.testnat.Lab;
import org.peervpn.testnat.LabException;
import org.peervpn.testnat.Peervpn;
import org.peervpn.testnat.RunningProcess;

/** The program on both hosts; the right one is an exit and the left one its client. */
final class OwnPair extends Pair {
    private static final String INTERFACE = "peervpn0";
    /** Of the rare client whose own is another's already; nothing of what it sends gets through. */
    private static final String NO_ADDRESS = "0.0.0.0";

    private static final int INFO_RUNS = 3;

    private static final Pattern ALLOCATED = Pattern.compile(" allocated=(\\d+)([BKMG]) ");

    private final Path javaHome;
    private final Peervpn left;
    private final Peervpn right;
    private final List<RunningProcess> nodes = new ArrayList<>();
    private volatile long readyNanos;
    private double readySeconds;

    OwnPair(Lab lab, String version, Path javaHome) {
        super(lab, "jdk" + version, "peervpn, JDK " + version);
        this.javaHome = javaHome;
        left = Peervpn.withoutStun(left(), javaHome);
        right = Peervpn.withoutStun(right(), javaHome);
        left.listener(line -> {
            if (line.equals("Ready.")) {
                readyNanos = System.nanoTime();
            }
        });
    }

    @Override
    void start() {
        nodes.add(right.startReady("--exit", endpoint()));
        String line = right.publicKey() + "@" + right().ipv4() + ":" + Peervpn.PORT;
        long startNanos = System.nanoTime();
        nodes.add(left.start("--connect=" + line));
        left.awaitReady();
        readySeconds = (readyNanos - startNanos) / 1e9;
    }

    @Override
    void stop() {
        nodes.forEach(RunningProcess::stop);
        nodes.clear();
    }

    @Override
    String address() {
        return ipv4(right.addresses());
    }

    @Override
    List<Long> nodes() {
        return nodes.stream().map(RunningProcess::pid).toList();
    }

    @Override
    List<Work> work() {
        return List.of(work(left), work(right));
    }

    /** By the JDK's own tool, which tells it of each thread, in units such as {@code 12K}. */
    private Work work(Peervpn node) {
        String threads = node.host()
                .output(javaHome + "/bin/jcmd", Long.toString(node.node().pid()), "Thread.print", "-e");
        long allocated = ALLOCATED
                .matcher(threads)
                .results()
                .mapToLong(found -> Long.parseLong(found.group(1)) << (10 * "BKMG".indexOf(found.group(2))))
                .sum();
        long packets = 0;
        for (JsonNode peer : node.status().path("peers")) {
            packets += peer.path("rxPackets").asLong() + peer.path("txPackets").asLong();
        }
        return new Work(packets, allocated);
    }

    @Override
    OptionalDouble readySeconds() {
        return OptionalDouble.of(readySeconds);
    }

    /** The median of a few. */
    @Override
    OptionalDouble infoSeconds() {
        double[] seconds = new double[INFO_RUNS];
        for (int i = 0; i < INFO_RUNS; i++) {
            long startNanos = System.nanoTime();
            left.call("--info", "--stun=none").orThrow();
            seconds[i] = (System.nanoTime() - startNanos) / 1e9;
        }
        return OptionalDouble.of(Arrays.stream(seconds).sorted().toArray()[INFO_RUNS / 2]);
    }

    @Override
    CrowdNode startForCrowd(List<String> publicKeys) {
        forgetPeers();
        RunningProcess node =
                right.startReady("--listen", endpoint(), "--admission=known", allowed(right(), publicKeys));
        nodes.add(node);
        Map<String, String> addresses = new HashMap<>();
        for (JsonNode peer : right.status().path("peers")) {
            addresses.put(peer.path("publicKey").asText(), ipv4(Peervpn.texts(peer.path("addresses"))));
        }
        List<String> clients = publicKeys.stream()
                .map(key -> addresses.getOrDefault(key, NO_ADDRESS))
                .toList();
        return new CrowdNode(right.publicKey(), INTERFACE, node.pid(), address(), clients);
    }

    /** Else those of earlier rounds would be there, too. */
    private void forgetPeers() {
        try {
            Files.deleteIfExists(right().directory().resolve("home/peers.yaml"));
        } catch (IOException e) {
            throw new LabException("cannot make the node on " + right() + " forget its peers", e);
        }
    }

    private String endpoint() {
        return "--endpoint=" + right().ipv4() + ":" + Peervpn.PORT;
    }

    private static String allowed(Host host, List<String> publicKeys) {
        Path file = host.directory().resolve("crowd.yaml");
        String keys = publicKeys.stream().map(key -> "  - " + key + "\n").collect(Collectors.joining());
        try {
            Files.writeString(file, "allow:\n" + keys);
        } catch (IOException e) {
            throw new LabException("cannot write " + file, e);
        }
        return "--config=" + file;
    }

    private static String ipv4(List<String> addresses) {
        return addresses.stream()
                .filter(address -> !address.contains(":"))
                .findFirst()
                .orElse(NO_ADDRESS)
                .replaceFirst("/.*", "");
    }
}
