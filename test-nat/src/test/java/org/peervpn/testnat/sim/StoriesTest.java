package org.peervpn.testnat.sim;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.peervpn.nat.Behavior;
import org.peervpn.nat.PortAllocation;
import org.peervpn.node.ConnectLine;
import org.peervpn.node.Endpoint;
import org.peervpn.testnat.NatType;
import org.peervpn.testnat.sim.StunServer.Honesty;

/** What happens to people, played by hand on the simulated internet. */
class StoriesTest {
    private static final Access HOME = Access.of(NatType.PORT_RESTRICTED);

    private static NatBehavior home() {
        return NatBehavior.of(
                Behavior.ENDPOINT_INDEPENDENT, Behavior.ADDRESS_AND_PORT_DEPENDENT, PortAllocation.PRESERVED);
    }

    private static Pair connected(Access left, Access right) {
        Pair pair = Pair.of(1, left, right).start().introduce();
        assertThat(pair.awaitConnected(ofSeconds(5))).isNotNull();
        return pair;
    }

    @Test
    void twoHomesConnectWithinASecond() {
        Pair pair = Pair.of(1, HOME, HOME).start().introduce();

        assertThat(pair.awaitConnected(ofSeconds(1))).isNotNull();
        assertThat(pair.packetsPass()).isTrue();
    }

    @Test
    void nodesStartedAMinuteApartConnect() {
        Pair pair = Pair.of(1, HOME, HOME).start();
        Pair.introduce(pair.left(), pair.right());
        pair.run(ofSeconds(60));
        Pair.introduce(pair.right(), pair.left());

        assertThat(pair.awaitConnected(ofSeconds(30))).isNotNull();
        assertThat(pair.packetsPass()).isTrue();
    }

    @Test
    void clocksAMinuteApartDoNoHarm() {
        Pair pair = Pair.withClocks(1, HOME, HOME, ofSeconds(-30), ofSeconds(30))
                .start()
                .introduce();

        assertThat(pair.awaitConnected(ofSeconds(5))).isNotNull();
        assertThat(pair.packetsPass()).isTrue();
    }

    @Test
    void aThirdOfAllDatagramsLostEachWayDelaysButDoesNotPrevent() {
        Pair pair = Pair.of(1, HOME, HOME);
        pair.left().site().uplink().loss = 0.3;
        pair.start().introduce();

        assertThat(pair.awaitConnected(ofSeconds(60))).isNotNull();
        assertThat(pair.packetsPass()).isTrue();
    }

    @Test
    void reorderedAndDoubledDatagramsAreDeliveredOnce() {
        Pair pair = Pair.of(1, HOME, HOME);
        pair.left().site().uplink().reordering = 0.5;
        pair.right().site().uplink().duplication = 0.5;
        pair.start().introduce();

        assertThat(pair.awaitConnected(ofSeconds(10))).isNotNull();
        for (int i = 0; i < 20; i++) {
            assertThat(pair.packetsPass()).isTrue();
        }
    }

    @Test
    void aRouterThatRebootsIsSurvived() {
        Pair pair = connected(HOME, HOME);
        pair.run(ofMinutes(1));

        pair.left().site().reboot(false);
        pair.run(ofSeconds(60));

        assertThat(pair.packetsPass()).isTrue();
    }

    @Test
    void aNewPublicAddressIsSurvivedIfTheOtherSideCanBeCalled() {
        Pair pair = connected(HOME, Access.of(NatType.FULL_CONE));
        pair.run(ofMinutes(1));

        pair.left().site().reboot(true);
        pair.run(ofSeconds(60));

        assertThat(pair.packetsPass()).isTrue();
    }

    @Test
    void aNodeThatMovesToAnotherNetworkStaysConnected() {
        Pair pair = connected(HOME, Access.PUBLIC);
        Site cafe = pair.network().site("cafe", Access.of(NatType.SYMMETRIC), false, new Link(ofMillis(20)));
        pair.run(ofMinutes(1));

        pair.left().moveTo(cafe);
        pair.run(ofSeconds(2));

        assertThat(pair.packetsPass()).isTrue();
    }

    @Test
    void oneLyingStunServerOfThreeIsOutvoted() {
        Pair pair = Pair.withStun(1, HOME, HOME, Honesty.LYING, Honesty.HONEST, Honesty.HONEST)
                .start();

        assertThat(pair.left().announced()).isEqualTo(trueEndpoint(pair.left()));
        assertThat(pair.introduce().awaitConnected(ofSeconds(5))).isNotNull();
    }

    @Test
    void stunServersThatAreSilentOrBrokenDoNotStandInTheWay() {
        Pair pair = Pair.withStun(1, HOME, HOME, Honesty.SILENT, Honesty.GARBLED, Honesty.FROM_ELSEWHERE)
                .start();

        assertThat(Objects.requireNonNull(pair.left().core()).publicEndpoint()).isNull();
        assertThat(pair.introduce().awaitConnected(ofSeconds(5))).isNotNull();
    }

    @Test
    void behindOneRouterThatHairpinsTheyMeetByTheirPublicEndpoints() {
        Pair pair =
                Pair.together(1, Access.behind(home().withHairpin())).start().introduce();

        assertThat(pair.awaitConnected(ofSeconds(5))).isNotNull();
        assertThat(pair.packetsPass()).isTrue();
    }

    @Test
    void behindOneRouterWithoutHairpinTheyMeetByTheirPrivateEndpoints() {
        Pair pair = Pair.together(1, HOME).start();
        introducePrivately(pair.left(), pair.right());
        introducePrivately(pair.right(), pair.left());

        assertThat(pair.awaitConnected(ofSeconds(5))).isNotNull();
        assertThat(pair.packetsPass()).isTrue();
    }

    private static void introducePrivately(SimNode node, SimNode other) {
        InetSocketAddress inner = Objects.requireNonNull(other.mainEndpoint(true));
        node.add(new ConnectLine(other.publicKey(), Endpoint.of(inner)));
    }

    private static Endpoint trueEndpoint(SimNode node) {
        InetSocketAddress inner = Objects.requireNonNull(node.mainEndpoint(true));
        return Endpoint.of(Objects.requireNonNull(node.site().seen(inner)));
    }

    /** What the other side sends too early makes the router use another port for what comes from inside. */
    @Test
    void aRouterThatTakesEarlyDatagramsForItsOwnIsSurvived() {
        Access sloppy = Access.behind(home().withSloppiness());
        Pair pair = Pair.of(1, HOME, sloppy).start();
        Pair.give(pair.left(), pair.right());
        pair.run(ofSeconds(10));
        Pair.give(pair.right(), pair.left());

        assertThat(pair.awaitConnected(ofSeconds(150))).isNotNull();
        assertThat(pair.packetsPass()).isTrue();
    }

    @Test
    void withCodesExchangedAMinuteApartTheyConnect() {
        for (NatType type : List.of(NatType.PORT_RESTRICTED, NatType.FIREWALL, NatType.SYMMETRIC_SEQ)) {
            Pair pair = Pair.of(1, HOME, Access.of(type)).start();
            Pair.give(pair.left(), pair.right());
            pair.run(ofMinutes(1));
            Pair.give(pair.right(), pair.left());

            assertThat(pair.awaitConnected(ofSeconds(90))).as("%s", type).isNotNull();
        }
    }

    /** A spray may meet the peer long after an attempt has begun, in the silence between two slots. */
    @Test
    void whoIsMetBySprayingIsConnectedAtOnceAtAnyMoment() {
        for (int seed = 1; seed <= 11; seed++) {
            Pair pair = Pair.of(seed, HOME, Access.of(NatType.SYMMETRIC)).start();
            pair.run(ofSeconds(5L * seed));
            Pair.give(pair.left(), pair.right());
            Pair.give(pair.right(), pair.left());

            assertThat(pair.awaitConnected(ofSeconds(15))).as("%d", seed).isNotNull();
        }
    }
}
