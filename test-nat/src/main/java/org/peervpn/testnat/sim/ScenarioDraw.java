package org.peervpn.testnat.sim;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.peervpn.nat.Behavior;
import org.peervpn.nat.PortAllocation;
import org.peervpn.testnat.sim.Scenario.Fault;
import org.peervpn.testnat.sim.Scenario.Happening;
import org.peervpn.testnat.sim.Scenario.Participant;
import org.peervpn.testnat.sim.Scenario.Place;
import org.peervpn.testnat.sim.Scenario.Quality;

/** Draws a {@link Scenario} from a seed: mostly small and kind, now and then neither. */
final class ScenarioDraw {
    /** Some go on for long enough to renew keys and to let mappings expire. */
    private static final Duration LONG_QUIET = Duration.ofMinutes(5);

    private static final Duration QUIET = Duration.ofSeconds(15);

    private final long seed;
    private final SplittableRandom random;

    ScenarioDraw(long seed) {
        this.seed = seed;
        random = new SplittableRandom(seed ^ 0x5ce7a110L);
    }

    Scenario draw() {
        int nodes = chance(0.85) ? 2 : chance(0.75) ? 3 : 4;
        List<Place> places = new ArrayList<>();
        List<Participant> participants = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            boolean shared = i > 0 && chance(0.08);
            if (!shared) {
                places.add(place());
            }
            participants.add(participant(shared ? random.nextInt(places.size()) : places.size() - 1));
        }
        List<Happening> happenings = happenings(participants, places);
        return new Scenario(seed, places, participants, stunServers(), happenings, chance(0.1) ? LONG_QUIET : QUIET);
    }

    private Place place() {
        return new Place(access(), chance(0.25), quality());
    }

    private Access access() {
        if (chance(0.12)) {
            return Access.PUBLIC;
        }
        if (chance(0.12)) {
            return Access.behind(lifetimes(NatBehavior.firewall()));
        }
        Access access = Access.behind(nat());
        return chance(0.12) ? access.withCarrier(nat()) : access;
    }

    private NatBehavior nat() {
        Behavior mapping = chance(0.8) ? Behavior.ENDPOINT_INDEPENDENT : any(Behavior.values());
        Behavior filtering = chance(0.5) ? Behavior.ADDRESS_AND_PORT_DEPENDENT : any(Behavior.values());
        NatBehavior nat = NatBehavior.of(mapping, filtering, any(PortAllocation.values()));
        if (nat.ports() == PortAllocation.RANDOM && chance(0.5)) {
            nat = nat.withStableRandomPorts();
        }
        if (nat.ports() == PortAllocation.SEQUENTIAL) {
            nat = nat.withPortStep(chance(0.7) ? 1 : 2);
        }
        if (chance(0.3)) {
            nat = nat.withHairpin();
        }
        if (chance(0.1)) {
            nat = nat.withSloppiness();
        }
        return lifetimes(nat);
    }

    private NatBehavior lifetimes(NatBehavior nat) {
        if (chance(0.6)) {
            return nat;
        }
        return nat.withLifetimes(seconds(30 + random.nextInt(60)), seconds(90 + random.nextInt(200)));
    }

    private Quality quality() {
        Duration delay = Duration.ofMillis(1L + random.nextInt(chance(0.8) ? 40 : 200));
        if (chance(0.6)) {
            return new Quality(delay, Duration.ZERO, 0, 0, 0);
        }
        return new Quality(
                delay,
                Duration.ofMillis(random.nextInt(30)),
                chance(0.6) ? random.nextDouble() * (chance(0.7) ? 0.05 : 0.3) : 0,
                chance(0.3) ? random.nextDouble() * 0.3 : 0,
                chance(0.3) ? random.nextDouble() * 0.3 : 0);
    }

    private Participant participant(int place) {
        Duration introduced = seconds(4).plusMillis(random.nextInt(chance(0.85) ? 1_500 : 60_000));
        Duration clockError = chance(0.7) ? Duration.ZERO : seconds(random.nextInt(-3600, 3600));
        return new Participant(place, introduced, clockError, chance(0.5), chance(0.5));
    }

    private List<StunServer.Honesty> stunServers() {
        List<StunServer.Honesty> servers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            servers.add(chance(0.85) ? StunServer.Honesty.HONEST : any(StunServer.Honesty.values()));
        }
        return servers;
    }

    private List<Happening> happenings(List<Participant> participants, List<Place> places) {
        List<Happening> happenings = new ArrayList<>();
        int count = chance(0.5) ? 0 : 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            int whom = random.nextInt(participants.size());
            Duration at =
                    participants.get(whom).introduced().plusMillis(random.nextLong(chance(0.85) ? 30_000 : 240_000));
            Fault fault = any(Fault.values());
            Duration lasts = fault == Fault.NAT_REBOOT || fault == Fault.NEW_ADDRESS || fault == Fault.MOVE
                    ? Duration.ZERO
                    : Duration.ofMillis(500 + random.nextLong(45_000));
            happenings.add(
                    new Happening(at, fault, whom, lasts, fault == Fault.MOVE ? random.nextInt(places.size()) : null));
        }
        return happenings;
    }

    private boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    private <T> T any(T[] values) {
        return values[random.nextInt(values.length)];
    }

    private static Duration seconds(long count) {
        return Duration.ofSeconds(count);
    }
}
