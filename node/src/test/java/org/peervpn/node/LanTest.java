package org.peervpn.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.peervpn.node.NodeStatus.State;
import org.peervpn.routing.Cidr;

/** Peers in one local network find each other by beacons. */
class LanTest {
    private final World world = new World();
    private final World.SimNode exit = world.add(World.Config::exit);
    private World.SimNode client = exit;

    /** The client knows the exit only where it is not. */
    @BeforeEach
    void theLineIsStale() {
        ConnectLine stale = new ConnectLine(exit.key, Endpoint.parse("11.22.44.99:51820"));
        client = world.add(config -> config.connect(stale));
    }

    private void bothKnowEachOther() {
        start(exit);
        exit.reload(List.of(), List.of(client.key));
        start(client);
    }

    private void start(World.SimNode node) {
        inNetwork(node);
        node.start();
    }

    private void inNetwork(World.SimNode node) {
        Cidr network = Cidr.network(node.address.getAddress(), 24);
        node.core.local(
                List.of(new LocalNetwork(node.address.getAddress(), network)),
                node.address.getPort(),
                world.nowNanos());
    }

    @Test
    void twoThatKnowEachOtherMeetThoughNoEndpointIsKnown() {
        bothKnowEachOther();

        world.run(Duration.ofSeconds(5));
        client.routeNow();

        assertThat(client.status().state()).isEqualTo(State.CONNECTED);
        assertThat(client.status().peers().get(0).path().why()).contains("nothing is better");
    }

    @Test
    void onceTheyAreConnectedTheyAreSilent() {
        bothKnowEachOther();
        world.run(Duration.ofSeconds(60));
        int sent = exit.beacons.size() + client.beacons.size();

        world.run(Duration.ofMinutes(5));

        assertThat(exit.beacons.size() + client.beacons.size()).isEqualTo(sent);
    }

    @Test
    void aPeerThatIsAwayIsCalledSeldom() {
        start(client);

        world.run(Duration.ofSeconds(10));
        assertThat(client.beacons).hasSize(Lan.QUICK_BEACONS);
        world.run(Duration.ofMinutes(10));

        assertThat(client.beacons.size() - Lan.QUICK_BEACONS).isBetween(19, 25);
        assertThat(client.beacons.stream().distinct()).hasSameSizeAs(client.beacons);
    }

    @Test
    void whoKnowsNobodyIsSilent() {
        start(exit);

        world.run(Duration.ofMinutes(5));

        assertThat(exit.beacons).isEmpty();
    }

    @Test
    void withoutNetworkNothingIsSent() {
        client.start();

        world.run(Duration.ofMinutes(5));

        assertThat(client.beacons).isEmpty();
    }

    @Test
    void beaconsCanBeSwitchedOff() {
        World.SimNode silent = world.add(config -> {
            config.lanBeacon = false;
            return config.connect(exit.line());
        });
        start(silent);
        silent.core.receiveBeacon(exit.address, ByteBuffer.allocate(3), world.nowNanos());

        world.run(Duration.ofMinutes(5));

        assertThat(silent.beacons).isEmpty();
        assertThat(silent.status().drops()).doesNotContainKey("bad_beacon");
    }

    @Test
    void strangersBeaconsChangeNothing() {
        start(exit); // it does not know the client
        start(client);

        world.run(Duration.ofSeconds(10));

        assertThat(exit.status().peers()).isEmpty();
        assertThat(exit.sentDatagrams).isZero();
    }

    @Test
    void aBeaconThatIsPlayedBackFromElsewhereCostsAFewChecks() {
        bothKnowEachOther();
        world.run(Duration.ofSeconds(60));
        client.routeNow();
        ByteBuffer old = exit.beacons.isEmpty() ? client.beacons.get(0) : exit.beacons.get(0);
        World.SimNode victim = exit.beacons.isEmpty() ? exit : client;
        int before = victim.sentDatagrams;

        for (int i = 0; i < 100; i++) {
            victim.core.receiveBeacon(elsewhere(), old.duplicate(), world.nowNanos());
        }
        world.run(Duration.ofSeconds(10));

        assertThat(victim.sentDatagrams - before).isLessThan(10);
        assertThat(victim.status().drops()).containsKey("too_many_beacons");
        assertThat(client.status().state()).isEqualTo(State.CONNECTED);
    }

    @Test
    void whatIsNoBeaconOrComesFromElsewhereIsCounted() {
        bothKnowEachOther();
        world.run(Duration.ofSeconds(2));

        exit.core.receiveBeacon(elsewhere(), ByteBuffer.allocate(150), world.nowNanos());
        exit.core.receiveBeacon(client.address, ByteBuffer.allocate(0), world.nowNanos());
        InetSocketAddress overlay = new InetSocketAddress(client.ipv4(), 51820);
        exit.core.receiveBeacon(overlay, client.beacons.get(0).duplicate(), world.nowNanos());

        assertThat(exit.status().drops()).containsEntry("bad_beacon", 3L);
    }

    @Test
    void aChangeOfNetworksIsReasonToCallAgain() {
        start(client);
        world.run(Duration.ofSeconds(10));
        int before = client.beacons.size();

        client.networkChanged();
        world.run(Duration.ofSeconds(8));

        assertThat(client.beacons).hasSize(before + Lan.QUICK_BEACONS);
    }

    /** Another machine of the same network. */
    private static InetSocketAddress elsewhere() {
        return new InetSocketAddress(World.address("11.22.33.200"), 51820);
    }
}
