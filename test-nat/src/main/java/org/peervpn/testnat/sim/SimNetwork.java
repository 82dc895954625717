package org.peervpn.testnat.sim;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A simulated internet: one seed, one clock, one thread. Addresses are handed out in order. */
final class SimNetwork {
    private static final int FIRST_PRIVATE_HOST = 2;

    private final Timeline timeline = new Timeline();
    private final SplittableRandom random;
    private final Trace trace;
    private final Realm internet;
    private final List<Site> sites = new ArrayList<>();
    private final List<StunServer> stunServers = new ArrayList<>();
    private int publicAddresses;
    private int ipv6Prefixes;

    /** @param lines gets what happens; null if nobody wants to know */
    SimNetwork(long seed, @Nullable Consumer<String> lines) {
        random = new SplittableRandom(seed);
        trace = new Trace(timeline, lines);
        internet = realm("internet");
    }

    Timeline timeline() {
        return timeline;
    }

    SplittableRandom random() {
        return random;
    }

    Trace trace() {
        return trace;
    }

    Realm internet() {
        return internet;
    }

    Realm realm(String name) {
        return new Realm(name, timeline, random.split(), trace);
    }

    Site site(String name, Access access, boolean ipv6, Link uplink) {
        Site site = new Site(name, this, access, ipv6, uplink);
        sites.add(site);
        return site;
    }

    List<Site> sites() {
        return sites;
    }

    /** With two addresses of the family. */
    StunServer stunServer(boolean ipv4, StunServer.Honesty character) {
        InetAddress address = ipv4 ? nextPublic() : Addresses.ipv6(nextIpv6Prefix(), 1);
        InetAddress other = ipv4 ? nextPublic() : Addresses.ipv6(nextIpv6Prefix(), 1);
        Link link = new Link(Duration.ofMillis(8));
        StunServer server = new StunServer(internet, address, other, link, character);
        stunServers.add(server);
        return server;
    }

    List<StunServer> stunServers() {
        return stunServers;
    }

    InetAddress nextPublic() {
        int number = publicAddresses++;
        return Addresses.ipv4(11, 22, number / 200, 1 + number % 200);
    }

    long nextIpv6Prefix() {
        return 0x2a00_1122_0000_0000L + ipv6Prefixes++;
    }

    /** Everybody's LAN has the same prefix, as in life. */
    InetAddress nextPrivate(Realm lan) {
        int host = FIRST_PRIVATE_HOST;
        while (lan.isTaken(Addresses.ipv4(192, 168, 1, host))) {
            host++;
        }
        return Addresses.ipv4(192, 168, 1, host);
    }

    void run(Duration time) {
        timeline.runUntil(timeline.nowNanos() + time.toNanos());
    }
}
