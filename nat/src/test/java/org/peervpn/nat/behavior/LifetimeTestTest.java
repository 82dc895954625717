package org.peervpn.nat.behavior;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.peervpn.nat.Behavior;
import org.peervpn.nat.PortAllocation;

class LifetimeTestTest {

    @ParameterizedTest
    @CsvSource({"4, 0", "6, 5", "29, 20", "31, 30", "65, 60", "119, 90", "125, 120", "600, 180"})
    void lifetimeIsTheLongestTimeThatWasSurvived(int lives, int measured) {
        for (Behavior mapping : Behavior.values()) {
            assertThat(measure(mapping, lives, 0, 0, SimServer.Kind.RFC5780).aliveSeconds())
                    .isEqualTo(measured);
        }
    }

    @Test
    void itIsNeverWrongThoughThirtyPercentAreLost() {
        for (int seed = 0; seed < 60; seed++) {
            Behavior mapping = List.of(Behavior.values()).get(seed % 3);
            assertThat(measure(mapping, 29, 0.3, seed, SimServer.Kind.RFC5780).aliveSeconds())
                    .as("seed " + seed)
                    .isIn(null, 20);
        }
    }

    /** A time that was not tried to its end, because too much was lost, has not been found too long. */
    @Test
    void whatWasLostMakesNoShortLifetime() {
        Set<Boolean> measured = new HashSet<>();
        for (int seed = 0; seed < 200; seed++) {
            LifetimeTest test = measure(Behavior.ENDPOINT_INDEPENDENT, 8, 0.5, seed, SimServer.Kind.RFC5780);
            assertThat(test.aliveSeconds()).as("seed " + seed).isIn(null, 5);
            measured.add(test.foundServer() && test.aliveSeconds() == null);
        }
        assertThat(measured).as("both ways").containsExactlyInAnyOrder(true, false);
    }

    @Test
    void serverThatCannotIsPassedOver() {
        for (SimServer.Kind bad :
                List.of(SimServer.Kind.RFC5389, SimServer.Kind.NO_RESPONSE_PORT, SimServer.Kind.DEAD)) {
            LifetimeTest byOther = measure(Behavior.ENDPOINT_INDEPENDENT, 65, 0, 0, bad, SimServer.Kind.RFC5780);
            assertThat(byOther.aliveSeconds()).as(bad.name()).isEqualTo(60);
            assertThat(byOther.foundServer()).as(bad.name()).isTrue();
            LifetimeTest byNone = measure(Behavior.ENDPOINT_INDEPENDENT, 65, 0, 0, bad);
            assertThat(byNone.aliveSeconds()).as(bad.name()).isNull();
            assertThat(byNone.foundServer()).as(bad.name()).isFalse();
        }
    }

    private static LifetimeTest measure(Behavior mapping, int lives, double loss, int seed, SimServer.Kind... servers) {
        SimNat.Kind kind =
                new SimNat.Kind(true, mapping, Behavior.ADDRESS_AND_PORT_DEPENDENT, PortAllocation.RANDOM, 0, false);
        SimInternet internet = new SimInternet(kind, loss, seed);
        internet.mappingsLive(lives);
        for (SimServer.Kind server : servers) {
            internet.with(server);
        }
        LifetimeTest test = new LifetimeTest(
                SimInternet.seeded(seed),
                internet.addresses(),
                new LifetimeTest.Output() {
                    @Override
                    public void send(int channel, InetSocketAddress server, ByteBuffer datagram) {
                        internet.send(channel, server, datagram);
                    }

                    @Override
                    public void progress(int percent) {}
                },
                internet.nowNanos);
        internet.receiver =
                (channel, source, datagram) -> test.receiveDatagram(channel, source, datagram, internet.nowNanos);
        while (!test.done()) {
            internet.step(test.nextDeadlineNanos());
            test.onTimeout(internet.nowNanos);
        }
        return test;
    }
}
