package org.peervpn.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.peervpn.nat.portmap.MappingProtocol;
import org.peervpn.nat.portmap.PortMapped;
import org.peervpn.routing.Cidr;

/** How often a node uses the mappings of its NAT, so that they stay. */
class RefreshTest {
    private static final String HERE = "11.22.33.2:51820";

    private final World world = new World();
    private final World.SimNode exit = world.add(World.Config::exit).start();

    /** When a datagram passed between the client and the exit. */
    private final List<Long> usedNanos = new ArrayList<>();

    private World.SimNode connected(String seenFirst, String seenSecond) {
        List<Endpoint> servers =
                List.of(world.stunServer("192.0.2.1:3478", seenFirst), world.stunServer("192.0.2.2:3478", seenSecond));
        World.SimNode client = world.add(config -> {
                    config.stunServers = servers;
                    return config.connect(exit.line());
                })
                .start();
        world.lose(datagram -> {
            if (datagram.to().equals(exit.address) || datagram.from().equals(exit.address)) {
                usedNanos.add(world.nowNanos());
            }
            return false;
        });
        world.run(Duration.ofSeconds(1));
        client.routeNow();
        assertThat(client.status().state()).isEqualTo(NodeStatus.State.CONNECTED);
        return client;
    }

    private void local(World.SimNode node, String address) {
        InetAddress own = World.address(address);
        node.core.local(List.of(new LocalNetwork(own, Cidr.network(own, 24))), 51820, world.nowNanos());
    }

    /** Questions to STUN servers in two and a half minutes, once what began has settled. */
    private int questions() {
        world.run(Duration.ofSeconds(60));
        int before = world.questions();
        usedNanos.clear();
        world.run(Duration.ofSeconds(150));
        return world.questions() - before;
    }

    @Test
    void mappingsAreUsuallyUsedEvery25Seconds() {
        connected("11.22.33.99:20000", "11.22.33.99:20000");

        assertThat(questions()).isBetween(5, 7);
        assertThat(longestSilenceSeconds()).isEqualTo(25);
    }

    @Test
    void behindASymmetricNatTheyAreUsedEvery15Seconds() {
        connected("11.22.33.99:20000", "11.22.33.99:20700");

        assertThat(questions()).isBetween(20, 24); // two servers each time
        assertThat(longestSilenceSeconds()).isLessThanOrEqualTo(15);
    }

    @Test
    void behindAProvidersNatTheyAreUsedEvery15Seconds() {
        local(connected("11.22.33.99:20000", "11.22.33.99:20000"), "100.64.7.2");

        assertThat(questions()).isBetween(10, 12);
        assertThat(longestSilenceSeconds()).isEqualTo(15);
    }

    @Test
    void aRouterWithoutThePublicAddressIsBehindAProvidersNat() {
        World.SimNode client = connected("11.22.33.99:20000", "11.22.33.99:20000");
        PortMapped opened = new PortMapped(exit.address, MappingProtocol.PCP, Long.MAX_VALUE);

        client.core.portMapped(opened, world.nowNanos());

        assertThat(client.core.reach().nat().carrierGrade()).isTrue();
        assertThat(questions()).isBetween(10, 12);
    }

    @Test
    void aMeasuredLifetimeCounts() {
        World.SimNode client = connected("11.22.33.99:20000", "11.22.33.99:20000");

        client.core.mappingLifetime(NodeCore.seconds(30), world.nowNanos());

        assertThat(questions()).isBetween(10, 12);
    }

    @Test
    void whoWatchesTheNatAsksMoreOftenWhateverTheNatIs() {
        World.SimNode client = connected("11.22.33.99:20000", "11.22.33.99:20000");

        client.core.refreshAtLeastEvery(NodeCore.seconds(10), world.nowNanos());
        local(client, "100.64.7.2");

        assertThat(questions()).isBetween(15, 19);
    }

    @Test
    void withoutANatNothingIsUsedMoreOften() {
        local(connected(HERE, HERE), "11.22.33.2");

        assertThat(questions()).isBetween(5, 7);
    }

    @Test
    void aNewPathIsUsedOnceMoreAfterThreeSeconds() {
        World.SimNode client = connected("11.22.33.99:20000", "11.22.33.99:20000");
        world.run(Duration.ofSeconds(20)); // all is said
        world.move(client, "11.22.33.77");
        usedNanos.clear();

        client.networkChanged();
        world.run(Duration.ofSeconds(10));

        assertThat(usedNanos).isNotEmpty();
        assertThat(usedNanos.get(usedNanos.size() - 1) - usedNanos.get(0)).isGreaterThanOrEqualTo(Paths.CONFIRM_NANOS);
        assertThat(exit.events(NodeEvent.PathChanged.class)).hasSize(1);
    }

    private long longestSilenceSeconds() {
        long longest = 0;
        for (int i = 1; i < usedNanos.size(); i++) {
            longest = Math.max(longest, usedNanos.get(i) - usedNanos.get(i - 1));
        }
        return Math.round(longest / 1e9);
    }
}
