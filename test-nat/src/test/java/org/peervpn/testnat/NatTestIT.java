package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code --nattest} behind every NAT of the laboratory, against two coturns. */
class NatTestIT {
    private static final int AT_ONCE = 3;

    private static final String UNKNOWN = "null";

    private static final String[] ONE_SERVER = {"--stun=" + Lab.STUN_ADDRESS + ":" + Coturn.PORT};
    private static final String[] TWO_SERVERS = {ONE_SERVER[0], "--stun=" + Lab.THIRD_STUN_ADDRESS + ":" + Coturn.PORT};

    /** The verdict, and what it rests on: {@code nat mapping filtering ports hairpinning}. */
    private record Expected(SitePlan plan, String verdict) {}

    private record Seen(String verdict, double seconds, JsonNode report) {}

    private static final List<Expected> EXPECTED = List.of(
            new Expected(plan("pub", NatType.PUBLIC), "OPEN EI EI PRESERVED true"),
            new Expected(plan("fw", NatType.FIREWALL), "FIREWALL EI APD PRESERVED true"),
            new Expected(plan("full", NatType.FULL_CONE), "FULL_CONE EI EI PRESERVED false"),
            new Expected(plan("fullh", NatType.FULL_CONE).with(SiteFeature.HAIRPIN), "FULL_CONE EI EI PRESERVED true"),
            new Expected(plan("addr", NatType.ADDRESS_RESTRICTED), "RESTRICTED_CONE EI AD PRESERVED false"),
            new Expected(
                    plan("port", NatType.PORT_RESTRICTED).with(SiteFeature.IPV6),
                    "PORT_RESTRICTED_CONE EI APD PRESERVED false"),
            new Expected(
                    plan("rnd", NatType.PORT_RESTRICTED).with(SiteFeature.RANDOM_PORT, SiteFeature.HAIRPIN),
                    "PORT_RESTRICTED_CONE EI APD RANDOM true"),
            new Expected(plan("adm", NatType.ADDRESS_DEPENDENT), "SYMMETRIC AD APD RANDOM false"),
            new Expected(plan("sym", NatType.SYMMETRIC), "SYMMETRIC APD APD RANDOM false"),
            new Expected(plan("seq", NatType.SYMMETRIC_SEQ), "SYMMETRIC APD APD SEQUENTIAL+1 false"),
            new Expected(plan("blk", NatType.BLOCKED), "BLOCKED null null null null"),
            new Expected(
                    plan("cgn", NatType.PORT_RESTRICTED).behind(NatType.PORT_RESTRICTED),
                    "PORT_RESTRICTED_CONE EI APD PRESERVED false"),
            new Expected(
                    plan("cgns", NatType.PORT_RESTRICTED).behind(NatType.SYMMETRIC), "SYMMETRIC APD APD RANDOM false"),
            new Expected(
                    plan("slop", NatType.PORT_RESTRICTED).with(SiteFeature.SLOPPY),
                    "PORT_RESTRICTED_CONE EI APD PRESERVED false"));

    private static final Map<String, Site> SITES = new LinkedHashMap<>();

    @SuppressWarnings("NullAway.Init")
    private static Lab lab;

    private static SitePlan plan(String name, NatType type) {
        return SitePlan.of(name, type);
    }

    @BeforeAll
    static void build() {
        lab = Lab.create();
        Coturn.start(lab);
        Coturn.startSecond(lab);
        Coturn.startIpv6(lab);
        EXPECTED.forEach(expected -> SITES.put(expected.plan.name(), lab.add(expected.plan)));
    }

    @AfterAll
    static void close() {
        lab.close();
    }

    @Test
    void everyNatIsNamedExactly() throws Exception {
        Map<String, Seen> seen = testAll(EXPECTED, TWO_SERVERS);

        for (Expected expected : EXPECTED) {
            Seen one = of(seen, expected.plan.name());
            assertNotWrong(expected, one);
            if (!one.verdict.equals(
                    expected.verdict)) { // late answers count for nothing, so a busy machine may leave gaps
                one = test(expected.plan.name(), TWO_SERVERS);
            }
            assertThat(one.verdict).as(expected.plan + " " + one.report).isEqualTo(expected.verdict);
        }
        assertThat(of(seen, "port").report.path("filteringWitnesses").asInt()).isEqualTo(2);
        assertThat(of(seen, "port").report.path("publicEndpoint").asText())
                .isEqualTo(site("port").publicAddress() + ":51820");
    }

    @Test
    void withOneServerTheNamesAreTheSame() throws Exception {
        List<Expected> some = EXPECTED.stream()
                .filter(expected ->
                        List.of("full", "addr", "port", "adm", "sym", "seq").contains(expected.plan.name()))
                .toList();
        Map<String, Seen> seen = testAll(some, ONE_SERVER);

        some.forEach(expected -> assertThat(name(of(seen, expected.plan.name()).verdict))
                .as(expected.plan + " " + of(seen, expected.plan.name()).report)
                .isEqualTo(name(expected.verdict)));
    }

    @Test
    void whatIsSaidIsTrueThoughThirtyPercentAreLost() throws Exception {
        List<Expected> lossy = EXPECTED.stream()
                .filter(expected -> expected.plan.type() != NatType.PUBLIC)
                .toList();
        lossy.forEach(expected -> site(expected.plan.name()).lose(30));

        Map<String, Seen> seen = testAll(lossy, TWO_SERVERS);

        lossy.forEach(expected -> site(expected.plan.name()).lose(0));
        lossy.forEach(expected -> assertNotWrong(expected, of(seen, expected.plan.name())));
        assertThat(seen.values().stream().filter(one -> !name(one.verdict).equals("UNKNOWN")))
                .hasSizeGreaterThan(lossy.size() / 2);
    }

    @Test
    void ipv6IsToldApart() throws IOException {
        Seen seen = test("port", ONE_SERVER[0], "--stun=[" + Lab.STUN_ADDRESS_V6 + "]:" + Coturn.PORT);

        assertThat(name(seen.verdict)).isEqualTo("PORT_RESTRICTED_CONE");
        assertThat(seen.report.path("ipv6").path("nat").asText()).isEqualTo("FIREWALL");
    }

    @Test
    void runningNodeTestsItself() throws Exception {
        Peervpn node = Peervpn.on(site("addr").host());
        node.startReady("--listen");

        Seen seen = test("addr", TWO_SERVERS);

        assertThat(seen.verdict).isEqualTo("RESTRICTED_CONE EI AD PRESERVED false");
        assertThat(seen.report.path("publicEndpoint").asText())
                .isEqualTo(site("addr").publicAddress() + ":51820");
        assertThat(node.end("TERM")).isZero();
    }

    private static Site site(String name) {
        return Objects.requireNonNull(SITES.get(name));
    }

    private static Seen of(Map<String, Seen> seen, String name) {
        return Objects.requireNonNull(seen.get(name));
    }

    private static void assertNotWrong(Expected expected, Seen seen) {
        String[] wanted = expected.verdict.split(" ", -1);
        String[] said = seen.verdict.split(" ", -1);
        for (int i = 0; i < wanted.length; i++) {
            assertThat(said[i]).as(expected.plan + " " + seen.report).isIn(wanted[i], i == 0 ? "UNKNOWN" : UNKNOWN);
        }
    }

    private static String name(String verdict) {
        return verdict.split(" ", -1)[0];
    }

    private static Map<String, Seen> testAll(List<Expected> wanted, String... servers) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        Map<String, Future<Seen>> running = new LinkedHashMap<>();
        wanted.forEach(expected ->
                running.put(expected.plan.name(), threads.submit(() -> test(expected.plan.name(), servers))));
        Map<String, Seen> seen = new LinkedHashMap<>();
        for (Map.Entry<String, Future<Seen>> entry : running.entrySet()) {
            seen.put(entry.getKey(), entry.getValue().get(120, TimeUnit.SECONDS));
            System.out.printf(
                    "%-6s %-50s %.1f s%n",
                    entry.getKey(), of(seen, entry.getKey()).verdict, of(seen, entry.getKey()).seconds);
        }
        threads.shutdown();
        return seen;
    }

    private static Seen test(String name, String... servers) throws IOException {
        List<String> options = new ArrayList<>(List.of("--nattest", "--json"));
        options.addAll(List.of(servers));
        long start = System.nanoTime();
        CommandResult result = Peervpn.on(site(name).host()).call(options.toArray(String[]::new));
        double seconds = (System.nanoTime() - start) / 1e9;
        JsonNode report = new ObjectMapper().readTree(result.orThrow().output());
        return new Seen(verdict(report), seconds, report);
    }

    private static String verdict(JsonNode report) {
        String step = report.path("portStep").isInt()
                ? "%+d".formatted(report.path("portStep").asInt())
                : "";
        return String.join(
                " ",
                report.path("nat").asText(),
                initials(report.path("mapping").asText()),
                initials(report.path("filtering").asText()),
                report.path("ports").asText() + step,
                report.path("hairpinning").asText());
    }

    private static String initials(String behavior) {
        return switch (behavior) {
            case "ENDPOINT_INDEPENDENT" -> "EI";
            case "ADDRESS_DEPENDENT" -> "AD";
            case "ADDRESS_AND_PORT_DEPENDENT" -> "APD";
            default -> behavior;
        };
    }
}
