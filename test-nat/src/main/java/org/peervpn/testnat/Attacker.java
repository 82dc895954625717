package org.peervpn.testnat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.peervpn.testnat.flood.FloodKind;
import org.peervpn.testnat.flood.Flooder;

/** Somebody on the internet who floods nodes from wherever it says that it is. */
final class Attacker {
    /** Making some of the floods takes seconds of computing. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final int STRAIGHT_PORT = 40_001;

    private final Host host;

    Attacker(Lab lab) {
        host = lab.add(SitePlan.of("attacker", NatType.PUBLIC)).host();
        // What the attacker says that it is, it really is where it wants to receive, too.
        host.ip("route add local 11.99.0.0/16 dev lo");
        lab.inet().ip("route add 11.99.0.0/16 via " + host.ipv4());
    }

    /** A flood made for the node, which begins at once at the target and ends by itself. */
    RunningProcess flood(
            FloodKind kind, String publicKey, String node, String target, int perSecond, Duration duration) {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Flooder.class.getName(),
                kind.name(),
                publicKey,
                node,
                target,
                host.ipv4() + ":" + STRAIGHT_PORT,
                Integer.toString(perSecond),
                Long.toString(duration.toSeconds())));
        Stream.of(Lab.STUN_ADDRESS, Lab.OTHER_STUN_ADDRESS)
                .map(address -> address + ":" + Coturn.PORT)
                .forEach(command::add);
        RunningProcess flooder = host.start(command.toArray(String[]::new));
        flooder.awaitLine("^ready$", PATIENCE);
        flooder.sendLine("");
        return flooder;
    }
}
