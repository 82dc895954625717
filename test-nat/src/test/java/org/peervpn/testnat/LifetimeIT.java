package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code --nattest --lifetime} against coturn, behind NATs of the kernel that forget a mapping after 12 s. */
class LifetimeIT {
    private static final Duration LIFETIME = Duration.ofSeconds(12);

    /** The longest of the times that are tried which a mapping of that NAT survives; the next one is 20 s. */
    private static final int SURVIVED_SECONDS = 10;

    /** The NAT's behaviour first, then 3 s of talk, 20 s of silence, and time for what is asked after it. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String CAPABLE = "--stun=" + Lab.STUN_ADDRESS + ":" + Coturn.PORT;
    private static final String PLAIN = "--stun=" + Lab.THIRD_STUN_ADDRESS + ":" + Coturn.PORT;

    @SuppressWarnings("NullAway.Init")
    private static Lab lab;

    @SuppressWarnings("NullAway.Init")
    private static Site cone;

    @SuppressWarnings("NullAway.Init")
    private static Site symmetric;

    @SuppressWarnings("NullAway.Init")
    private static Site inside;

    @BeforeAll
    static void build() {
        lab = Lab.create();
        Coturn.start(lab);
        Coturn.startPlain(lab);
        cone = lab.add(SitePlan.of("cone", NatType.PORT_RESTRICTED).withMappingLifetime(LIFETIME));
        inside = lab.add(SitePlan.of("node", NatType.FULL_CONE).withMappingLifetime(LIFETIME));
        symmetric = lab.add(SitePlan.of("sym", NatType.SYMMETRIC).withMappingLifetime(LIFETIME));
    }

    @AfterAll
    static void close() {
        lab.close();
    }

    @Test
    void lifetimeIsTheLongestTimeTriedThatAMappingSurvives() throws Exception {
        RunningProcess json = onTerminal(cone, "--json", CAPABLE);
        RunningProcess text = onTerminal(symmetric, PLAIN, CAPABLE); // the first one cannot do it
        Peervpn.on(inside.host()).startReady("--listen");
        RunningProcess byNode = onTerminal(inside, "--json", CAPABLE);

        assertThat(json.awaitExit(PATIENCE)).as(json.toString()).isZero();
        assertThat(text.awaitExit(PATIENCE)).as(text.toString()).isZero();
        assertThat(byNode.awaitExit(PATIENCE)).as(byNode.toString()).isZero();

        assertThat(report(json).path("lifetimeSeconds").asInt()).isEqualTo(SURVIVED_SECONDS);
        assertThat(report(byNode).path("lifetimeSeconds").asInt()).isEqualTo(SURVIVED_SECONDS);
        assertThat(text.lines()).anyMatch(line -> line.matches("Lifetime: +an idle mapping lives for at least 10 s"));
        assertThat(text.lines())
                .as("the bar grows until the answer is there")
                .anyMatch(line -> line.matches(" *lifetime \\[\\.{40}] at most 18\\d s more *"))
                .anyMatch(line -> line.matches(" *lifetime \\[#{4}\\.{36}] at most 16\\d s more *"));
    }

    @Test
    void whereNoServerCanDoItThatIsSaid() throws Exception {
        RunningProcess json = onTerminal(cone, "--json", PLAIN);
        RunningProcess text = onTerminal(symmetric, PLAIN);

        assertThat(json.awaitExit(PATIENCE)).as(json.toString()).isZero();
        assertThat(text.awaitExit(PATIENCE)).as(text.toString()).isZero();

        String why = "The lifetime was not measured: no server answers to another port on request (RFC 5780).";
        assertThat(report(json).path("lifetimeSeconds").isNull()).isTrue();
        assertThat(Peervpn.texts(report(json).path("doubts"))).contains(why);
        assertThat(text.lines()).contains("? " + why).noneMatch(line -> line.startsWith("Lifetime:"));
    }

    private static RunningProcess onTerminal(Site site, String... options) {
        List<String> command = Peervpn.on(site.host()).modeCommand("--nattest", "--lifetime", "--no-port-mapping");
        String line = String.join(" ", command) + " " + String.join(" ", options);
        return site.host().start("script", "--quiet", "--return", "--command", line, "/dev/null");
    }

    private static JsonNode report(RunningProcess ended) throws Exception {
        return new ObjectMapper().readTree(String.join("\n", ended.output()));
    }
}
