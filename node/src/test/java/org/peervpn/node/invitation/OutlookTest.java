package org.peervpn.node.invitation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.nat.CandidateType.HOST;
import static org.peervpn.nat.CandidateType.PORT_MAPPED;
import static org.peervpn.nat.CandidateType.SERVER_REFLEXIVE;
import static org.peervpn.node.invitation.Invitations.FULL_CONE;
import static org.peervpn.node.invitation.Invitations.PORT_RESTRICTED;
import static org.peervpn.node.invitation.Invitations.SYMMETRIC;
import static org.peervpn.node.invitation.Invitations.candidate;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.peervpn.nat.Behavior;
import org.peervpn.nat.Candidate;
import org.peervpn.nat.NatSummary;
import org.peervpn.node.Admission;
import org.peervpn.node.invitation.Outlook.Chance;
import org.peervpn.node.invitation.Outlook.Method;

class OutlookTest {
    private static final Candidate HERE = candidate(SERVER_REFLEXIVE, "203.0.113.1:51820");
    private static final Candidate THERE = candidate(SERVER_REFLEXIVE, "198.51.100.1:51820");
    private static final Candidate LAN = candidate(HOST, "192.168.1.5:51820");

    @Test
    void easyNatsOpenForEachOther() {
        check(with(PORT_RESTRICTED, HERE), with(PORT_RESTRICTED, THERE), Method.SIMULTANEOUS, Chance.YES, true);
    }

    @Test
    void whoLetsAnybodyInNeedsNoReply() {
        check(with(SYMMETRIC, LAN), with(FULL_CONE, THERE), Method.UNASKED, Chance.YES, false);
        check(
                with(SYMMETRIC, LAN),
                with(PORT_RESTRICTED, LAN, candidate(PORT_MAPPED, "198.51.100.1:40000")),
                Method.UNASKED,
                Chance.YES,
                false);
    }

    @Test
    void hardNatsAreToldApart() {
        check(with(SYMMETRIC, LAN), with(PORT_RESTRICTED, THERE), Method.SPRAY, Chance.LIKELY, true);
        check(with(PORT_RESTRICTED, HERE), with(SYMMETRIC, LAN), Method.SPRAY, Chance.LIKELY, true);
        Outlook hopeless = check(with(SYMMETRIC, LAN), with(SYMMETRIC, LAN), Method.NONE, Chance.NO, null);
        assertThat(hopeless.reasons()).anyMatch(reason -> reason.contains("a third node has to relay"));
    }

    @Test
    void unknownIsSaidToBeUnknown() {
        NatSummary half = Invitations.nat(Behavior.ENDPOINT_INDEPENDENT, null);
        check(with(half, HERE), with(half, THERE), Method.SIMULTANEOUS, Chance.YES, true);
        check(with(NatSummary.UNKNOWN, HERE), with(half, THERE), Method.UNKNOWN, Chance.UNKNOWN, null);
        assertThat(Outlook.of(null, with(half, THERE)).chance()).isEqualTo(Chance.UNKNOWN);
    }

    @Test
    void theSameRouterIsSeenByTheSameAddress() {
        Candidate sameRouter = candidate(SERVER_REFLEXIVE, "203.0.113.1:40000");
        check(with(SYMMETRIC, HERE, LAN), with(SYMMETRIC, sameRouter, LAN), Method.LAN, Chance.LIKELY, false);
    }

    @Test
    void whoAdmitsOnlyKnownKeysNeedsTheReply() {
        Invitation known = Invitations.of(Admission.KNOWN, FULL_CONE, THERE);
        assertThat(Outlook.of(with(PORT_RESTRICTED, HERE), known).reply()).isTrue();
        Invitation asks = Invitations.of(Admission.PASSCODE, FULL_CONE, THERE);
        assertThat(Outlook.of(with(PORT_RESTRICTED, HERE), asks).reasons())
                .anyMatch(reason -> reason.contains("passcode"));
    }

    @Test
    void noUdpIsNoWay() {
        check(with(NatSummary.BLOCKED, LAN), with(FULL_CONE, THERE), Method.NONE, Chance.NO, null);
    }

    private static Outlook check(
            Invitation own, Invitation theirs, Method method, Chance chance, @Nullable Boolean reply) {
        Outlook outlook = Outlook.of(own, theirs);
        assertThat(outlook.method()).as(outlook.toString()).isEqualTo(method);
        assertThat(outlook.chance()).isEqualTo(chance);
        assertThat(outlook.reply()).isEqualTo(reply);
        return outlook;
    }

    private static Invitation with(NatSummary nat, Candidate... candidates) {
        return Invitations.of(Admission.LINE, nat, candidates);
    }
}
