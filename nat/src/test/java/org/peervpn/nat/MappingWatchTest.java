package org.peervpn.nat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.nat.StunNet.Server.failing;
import static org.peervpn.nat.StunNet.Server.silent;
import static org.peervpn.nat.StunNet.Server.telling;
import static org.peervpn.nat.StunNet.address;
import static org.peervpn.nat.StunNet.seconds;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.peervpn.nat.MappingWatch.Mapping;

class MappingWatchTest {
    private static final String A = "192.0.2.1:3478";
    private static final String A_OTHER_PORT = "192.0.2.1:3479";
    private static final String B = "192.0.2.2:3478";
    private static final String C = "192.0.2.3:3478";
    private static final String D = "192.0.2.4:3478";
    private static final String A6 = "[2001:db8::1]:3478";
    private static final String B6 = "[2001:db8::2]:3478";

    private static final String OLD = "198.51.100.7:1000";
    private static final String NEW = "198.51.100.8:2000";
    private static final String THIRD = "198.51.100.9:3000";

    private final StunNet net = new StunNet();

    @Test
    void twoServersConfirmAMapping() {
        net.with(A, telling(OLD)).with(B, telling(OLD)).use(A, B);
        net.runUntil(1);

        assertThat(net.watch.ipv4()).isEqualTo(new Mapping(address(OLD), true));
        assertThat(net.reports).containsExactly("none -> " + OLD + " (unconfirmed)", OLD + " (unconfirmed) -> " + OLD);
        assertThat(net.watch.settled()).isTrue();
        assertThat(net.watch.serversDisagree()).isFalse();
        assertThat(net.watch.ipv6()).isNull();
    }

    @Test
    void firstRoundIsStaggered() {
        net.with(A, silent()).with(B, silent()).with(C, silent()).use(A, B, C);
        net.runUntil(0.4);

        assertThat(net.requests.stream().map(StunNet.Request::nanos)).containsExactly(0L, seconds(0.02), seconds(0.04));
    }

    @Test
    void oneServerGivesAnUnconfirmedMapping() {
        net.with(A, telling(OLD)).use(A);
        net.runUntil(1);

        assertThat(net.watch.ipv4()).isEqualTo(new Mapping(address(OLD), false));
        assertThat(net.watch.settled()).isTrue();
    }

    @Test
    void twoPortsOfOneAddressDoNotConfirmEachOther() {
        net.with(A, telling(OLD)).with(A_OTHER_PORT, telling(OLD)).use(A, A_OTHER_PORT);
        net.runUntil(1);

        assertThat(net.watch.ipv4()).isEqualTo(new Mapping(address(OLD), false));
    }

    @Test
    void theRefreshIntervalMayBeShortened() {
        net.with(A, telling(OLD)).with(B, telling(OLD)).use(A, B);
        net.runUntil(1);
        net.watch.refreshInterval(RefreshInterval.SHORT_NANOS, net.nowNanos);
        net.requests.clear();

        net.runUntil(151);

        assertThat(net.requests).hasSizeBetween(10, 12);
    }

    @Test
    void aChangedPortIsNoticedWithinOneRefresh() {
        net.with(A, telling(OLD)).with(B, telling(OLD)).use(A, B);
        net.runUntil(1);
        net.watch.refreshInterval(RefreshInterval.SHORT_NANOS, net.nowNanos);
        net.with(A, telling(NEW)).with(B, telling(NEW)).runUntil(16.5);

        assertThat(net.watch.ipv4()).isEqualTo(new Mapping(address(NEW), true));
    }

    @Test
    void aNatWithAMappingForEachDestinationIsRefreshedMoreOften() {
        net.with(A, telling(OLD)).with(B, telling(NEW)).use(A, B);
        net.runUntil(1);
        net.requests.clear();

        net.runUntil(151);

        assertThat(net.requests).hasSizeBetween(20, 24);
    }

    @Test
    void disagreeingServersGiveNoMapping() {
        net.with(A, telling(OLD)).with(B, telling(NEW)).use(A, B);
        net.runUntil(1);

        assertThat(net.watch.ipv4()).isNull();
        assertThat(net.watch.serversDisagree()).isTrue();
    }

    @Test
    void symmetricNatIsNotReportedAnewAtEachRefresh() {
        net.with(A, telling(OLD)).with(B, telling(NEW)).with(C, telling(THIRD)).use(A, B, C);
        net.runUntil(1);
        List<String> first = List.copyOf(net.reports);

        net.runUntil(300);

        assertThat(net.reports).isEqualTo(first);
        assertThat(net.watch.serversDisagree()).isTrue();
    }

    @Test
    void networkThatCeasesToBeSymmetricIsNoticed() {
        net.with(A, telling(OLD)).with(B, telling(NEW)).use(A, B);
        net.runUntil(1);
        net.with(A, telling(NEW)).runUntil(30);

        assertThat(net.watch.ipv4()).isEqualTo(new Mapping(address(NEW), true));
        assertThat(net.watch.serversDisagree()).isFalse();
    }

    @Test
    void oneLiarAmongThreeDoesNotBringDownTheMapping() {
        net.with(A, telling(NEW)).with(B, telling(OLD)).with(C, telling(OLD)).use(A, B, C);
        net.runUntil(1);

        assertThat(net.watch.ipv4()).isEqualTo(new Mapping(address(OLD), true));
        assertThat(net.watch.serversDisagree()).isFalse();
        net.runUntil(300);
        assertThat(net.watch.ipv4()).isEqualTo(new Mapping(address(OLD), true));
    }

    @Test
    void twoAgainstTwoIsADisagreement() {
        net.with(A, telling(NEW))
                .with(B, telling(NEW))
                .with(C, telling(OLD))
                .with(D, telling(OLD))
                .use(A, B, C, D);
        net.runUntil(1);

        assertThat(net.watch.ipv4()).isNull();
        assertThat(net.watch.serversDisagree()).isTrue();
    }

    @Test
    void unansweredRequestIsRepeatedTwiceAndThenGivenUp() {
        net.with(A, silent()).use(A);
        net.runUntil(3.4);
        assertThat(net.watch.settled()).isFalse();
        net.runUntil(3.6);

        assertThat(net.requests.stream().map(StunNet.Request::nanos)).containsExactly(0L, seconds(0.5), seconds(1.5));
        assertThat(net.watch.settled()).isTrue();
        assertThat(net.reports).isEmpty();
    }

    @Test
    void answerToARepetitionCounts() {
        net.with(A, request -> net.nowNanos < seconds(1) ? null : telling(OLD).answer(request))
                .use(A);
        net.runUntil(2);

        assertThat(net.watch.ipv4()).isEqualTo(new Mapping(address(OLD), false));
    }

    @Test
    void failingServerIsNotWaitedFor() {
        net.with(A, failing(500)).with(B, telling(OLD)).use(A, B);
        net.runUntil(0.1);

        assertThat(net.watch.settled()).isTrue();
        assertThat(net.watch.ipv4()).isEqualTo(new Mapping(address(OLD), false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0:5", "127.0.0.1:5", "224.0.0.1:5", "198.51.100.7:0", "[2001:db8::7]:5"})
    void impossibleEndpointIsIgnored(String endpoint) {
        net.with(A, telling(endpoint)).use(A);
        net.runUntil(1);

        assertThat(net.watch.ipv4()).isNull();
        assertThat(net.watch.ipv6()).isNull();
        assertThat(net.reports).isEmpty();
        assertThat(net.watch.settled()).isTrue();
    }

    @Test
    void familiesAreWatchedApart() {
        net.with(A, telling(OLD))
                .with(B, telling(NEW))
                .with(A6, telling("[2001:db8::7]:5"))
                .with(B6, telling("[2001:db8::7]:5"))
                .use(A, A6, B, B6);
        net.runUntil(1);

        assertThat(net.watch.ipv4()).isNull();
        assertThat(net.watch.ipv6()).isEqualTo(new Mapping(address("[2001:db8::7]:5"), true));
        assertThat(net.watch.serversDisagree()).isTrue();
    }

    @Test
    void mappingIsKeptAliveByOneServerInTurn() {
        net.with(A, telling(OLD)).with(B, telling(OLD)).with(C, telling(OLD)).use(A, B, C);
        net.runUntil(1);
        net.requests.clear();

        net.runUntil(300);

        assertThat(net.requests).hasSizeBetween(11, 13);
        for (int i = 1; i < net.requests.size(); i++) {
            long pause = net.requests.get(i).nanos() - net.requests.get(i - 1).nanos();
            assertThat(pause).isBetween(seconds(23), seconds(25.1));
            assertThat(net.requests.get(i).server())
                    .isNotEqualTo(net.requests.get(i - 1).server());
        }
        assertThat(net.askedSince(0)).contains(address(A), address(B), address(C));
        assertThat(net.reports).hasSize(2);
    }

    @Test
    void changeIsReportedOnceAnotherServerConfirmsIt() {
        net.with(A, telling(OLD)).with(B, telling(OLD)).with(C, telling(OLD)).use(A, B, C);
        net.runUntil(1);
        net.reports.clear();
        net.with(A, telling(NEW)).with(B, telling(NEW)).with(C, telling(NEW)).runUntil(26);

        assertThat(net.reports).containsExactly(OLD + " -> " + NEW);
    }

    @Test
    void serverThatAloneTellsOfAChangeIsNotBelieved() {
        net.with(A, telling(OLD)).with(B, telling(OLD)).with(C, telling(OLD)).use(A, B, C);
        net.runUntil(1);
        net.reports.clear();
        net.with(A, telling(NEW)).runUntil(300);

        assertThat(net.reports).isEmpty();
        assertThat(net.watch.ipv4()).isEqualTo(new Mapping(address(OLD), true));
    }

    @Test
    void onlyServerIsBelievedTheSecondTime() {
        net.with(A, telling(OLD)).use(A);
        net.runUntil(1);
        net.reports.clear();
        net.with(A, telling(NEW)).runUntil(26);

        assertThat(net.reports).containsExactly(OLD + " (unconfirmed) -> " + NEW + " (unconfirmed)");
        assertThat(net.askedSince(1)).hasSize(2);
    }

    @Test
    void onlyServerThatWaversIsNotBelieved() {
        net.with(A, telling(OLD)).use(A);
        net.runUntil(1);
        net.reports.clear();
        net.with(A, request -> {
            net.with(A, telling(OLD)); // from the second request on
            return StunBytes.success(request, address(NEW));
        });
        net.runUntil(60);

        assertThat(net.reports).isEmpty();
    }

    @Test
    void networkThatBecomesSymmetricLosesTheMapping() {
        net.with(A, telling(OLD)).with(B, telling(OLD)).use(A, B);
        net.runUntil(1);
        net.with(B, telling(NEW)).runUntil(60);

        assertThat(net.watch.ipv4()).isNull();
        assertThat(net.watch.serversDisagree()).isTrue();
        assertThat(net.reports).last().isEqualTo(OLD + " -> none");
    }

    @Test
    void missingAnswerMakesTheOthersBeAskedAtOnce() {
        net.with(A, telling(OLD)).with(B, telling(OLD)).use(A, B);
        net.runUntil(1);
        net.reports.clear();
        net.with(A, silent()).runUntil(60);
        assertThat(net.reports).as("the other one still says so").isEmpty();
        assertThat(net.watch.ipv4()).isEqualTo(new Mapping(address(OLD), true));

        net.with(B, silent()).runUntil(120);

        assertThat(net.reports).containsExactly(OLD + " -> none");
        assertThat(net.watch.serversDisagree()).isFalse();
    }

    @Test
    void mappingIsLostAfterSomeSilenceAndLearntAgain() {
        net.with(A, telling(OLD)).with(B, telling(OLD)).use(A, B);
        net.runUntil(1);
        net.reports.clear();
        net.with(A, silent()).with(B, silent()).runUntil(30);
        assertThat(net.reports).as("a few lost datagrams are no loss").isEmpty();
        net.runUntil(45);
        assertThat(net.reports).containsExactly(OLD + " -> none");

        net.with(A, telling(NEW)).with(B, telling(NEW)).runUntil(90);

        assertThat(net.watch.ipv4()).isEqualTo(new Mapping(address(NEW), true));
    }

    @Test
    void silentServersAreAskedLessAndLess() {
        net.with(A, silent()).use(A);
        net.runUntil(1000);

        assertThat(net.askedSince(900)).hasSizeLessThanOrEqualTo(12); // 3 in 33.5 s
        assertThat(net.askedSince(900)).hasSizeGreaterThanOrEqualTo(6);
    }

    @Test
    void refreshAsksAllAtOnceAndForgetsOldQuestions() {
        net.with(A, telling(OLD)).with(B, telling(OLD)).use(A, B);
        net.runUntil(1);
        net.reports.clear();
        net.with(A, silent()).with(B, silent());
        net.watch.refresh(net.nowNanos);
        net.runUntil(1.2);
        net.with(A, telling(NEW)).with(B, telling(NEW));
        net.watch.refresh(net.nowNanos);
        net.runUntil(1.4);

        assertThat(net.reports).containsExactly(OLD + " -> " + NEW);
        assertThat(net.askedSince(1)).hasSize(4);
    }

    @Test
    void refreshBeforeThereAreServersDoesNothing() {
        net.watch.refresh(0);

        assertThat(net.watch.settled()).isFalse();
        assertThat(net.watch.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void watchWithoutServersIsSettledAndSleeps() {
        net.use();

        assertThat(net.watch.settled()).isTrue();
        assertThat(net.watch.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void sameServersAgainChangeNothing() {
        net.with(A, telling(OLD)).with(B, telling(OLD)).use(A, B);
        net.use(A, B);
        net.runUntil(1);
        net.use(A, B);
        net.runUntil(2);

        assertThat(net.requests).hasSize(2);
    }

    @Test
    void otherServersAreAskedAtOnce() {
        net.with(A, telling(OLD)).with(B, telling(OLD)).with(C, telling(NEW)).with(D, telling(NEW));
        net.use(A, B);
        net.runUntil(1);
        net.use(C, D);
        net.runUntil(2);

        assertThat(net.watch.ipv4()).isEqualTo(new Mapping(address(NEW), true));
        net.use();
        assertThat(net.watch.ipv4()).isNull();
    }

    @Test
    void sixteenServersAreUsed() {
        String[] many = new String[20];
        for (int i = 0; i < many.length; i++) {
            many[i] = "192.0.2." + (i + 1) + ":3478";
            net.with(many[i], silent());
        }
        net.use(many);
        net.runUntil(0.45);

        assertThat(net.askedSince(0)).hasSize(16).doesNotHaveDuplicates();
    }

    @Test
    void unresolvedServerIsLeftOut() {
        net.watch.servers(List.of(InetSocketAddress.createUnresolved("stun.example", 3478)), 0);

        assertThat(net.requests).isEmpty();
    }

    @Test
    void answerFromAnotherAddressIsDropped() {
        net.with(A, silent()).use(A);
        TransactionId id = net.requests.get(0).id();

        net.watch.receiveDatagram(address(B), StunBytes.success(id, address(NEW)), 1);
        net.watch.receiveDatagram(address(A_OTHER_PORT), StunBytes.success(id, address(NEW)), 2);

        assertThat(net.reports).isEmpty();
        assertThat(net.watch.droppedDatagrams()).isEqualTo(2);
    }

    @Test
    void answerWithAnotherTransactionIdIsDropped() {
        net.with(A, silent()).use(A);
        TransactionId id = net.requests.get(0).id();

        net.watch.receiveDatagram(
                address(A), StunBytes.success(new TransactionId(id.high(), id.low() + 1), address(NEW)), 1);

        assertThat(net.reports).isEmpty();
        assertThat(net.watch.droppedDatagrams()).isEqualTo(1);
    }

    @Test
    void repeatedAnswerIsDropped() {
        net.with(A, silent()).use(A);
        ByteBuffer answer = StunBytes.success(net.requests.get(0).id(), address(OLD));

        net.watch.receiveDatagram(address(A), answer.duplicate(), 1);
        net.watch.receiveDatagram(address(A), answer.duplicate(), 2);

        assertThat(net.reports).hasSize(1);
        assertThat(net.watch.droppedDatagrams()).isEqualTo(1);
    }

    @Test
    void requestFromAStrangerIsDroppedAndNotAnswered() {
        net.with(A, silent()).use(A);
        int before = net.requests.size();

        net.watch.receiveDatagram(address(B), ByteBuffer.wrap(StunCodec.bindingRequest(new TransactionId(1, 2))), 1);
        net.watch.receiveDatagram(
                address(A),
                ByteBuffer.wrap(StunCodec.bindingRequest(net.requests.get(0).id())),
                1); // our own, reflected

        assertThat(net.requests).hasSize(before);
        assertThat(net.watch.droppedDatagrams()).isEqualTo(2);
    }

    @Test
    void datagramThatIsNoStunIsDropped() {
        net.watch.receiveDatagram(address(A), ByteBuffer.allocate(5), 1);

        assertThat(net.watch.droppedDatagrams()).isEqualTo(1);
    }

    @Test
    void transactionIdsDiffer() {
        net.with(A, telling(OLD)).with(B, telling(OLD)).use(A, B);
        net.runUntil(1000);

        assertThat(net.requests.stream().map(StunNet.Request::id)).doesNotHaveDuplicates();
    }

    @Test
    void longSleepOfTheMachineCostsOneRound() {
        net.with(A, telling(OLD)).with(B, telling(OLD)).use(A, B);
        net.runUntil(1);
        net.requests.clear();
        net.nowNanos = seconds(36_000);

        net.runUntil(36_001);

        assertThat(net.requests).hasSize(1);
    }

    @Test
    void whatIsKnownOfTheNatSurvivesALostRefresh() {
        net.with(A, telling(OLD)).with(A_OTHER_PORT, telling(OLD)).with(B, telling(OLD));
        net.use(A, A_OTHER_PORT, B);
        net.runUntil(1);
        net.with(B, silent()).runUntil(120); // its turn has come and gone
        net.with(B, telling(OLD)).runUntil(240);

        assertThat(summary().mapping()).isEqualTo(Behavior.ENDPOINT_INDEPENDENT);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsKnownOfTheNatHoldsWhileServersAreAskedAgain(boolean isHard) {
        net.with(A, telling(OLD)).with(B, telling(isHard ? NEW : OLD)).use(A, B);
        net.runUntil(1);
        NatSummary known = summary();
        net.watch.refresh(net.nowNanos);

        assertThat(summary()).isEqualTo(known);
        assertThat(known.isHard()).isEqualTo(isHard);
    }

    @Test
    void anotherNatIsNotTakenForTheOldOne() {
        net.with(A, telling(OLD)).with(A_OTHER_PORT, telling(OLD)).with(B, telling(OLD));
        net.use(A, A_OTHER_PORT, B);
        net.runUntil(1);
        net.with(A, telling(NEW)).with(A_OTHER_PORT, telling(THIRD)).with(B, silent());
        net.watch.refresh(net.nowNanos);
        net.runUntil(10);

        assertThat(summary()).isEqualTo(NatSummary.UNKNOWN);
    }

    @Test
    void oneLiarAmongThreeDoesNotMakeTheNatHard() {
        net.with(A, telling(OLD)).with(B, telling(NEW)).with(C, telling(OLD)).use(A, B, C);
        net.runUntil(1);

        assertThat(summary().mapping()).isEqualTo(Behavior.ENDPOINT_INDEPENDENT);
    }

    private NatSummary summary() {
        return net.watch.summary(51_820, List.of());
    }
}
