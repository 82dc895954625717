package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.peervpn.testnat.Traversal.By;
import org.peervpn.testnat.Traversal.Outcome;

/** A third of the matrix of pairs, with every kind of NAT and every method; {@code scripts/lab --matrix} has them all. */
@ExtendWith(LabExtension.class)
class TraversalIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private record PairOf(NatKind left, NatKind right, By by) {}

    private static final List<PairOf> DIRECT = List.of(
            new PairOf(NatKind.PUBLIC, NatKind.SYMMETRIC, By.LINE),
            new PairOf(NatKind.PUBLIC, NatKind.FIREWALL, By.LINE),
            new PairOf(NatKind.FIREWALL, NatKind.FIREWALL, By.CODE),
            new PairOf(NatKind.FIREWALL, NatKind.PORT_RESTRICTED, By.LINE),
            new PairOf(NatKind.FIREWALL, NatKind.SYMMETRIC, By.CODE),
            new PairOf(NatKind.FULL_CONE, NatKind.SYMMETRIC_SEQ, By.CODE),
            new PairOf(NatKind.ADDRESS_RESTRICTED, NatKind.SYMMETRIC, By.CODE),
            new PairOf(NatKind.ADDRESS_RESTRICTED, NatKind.CGN, By.LINE),
            new PairOf(NatKind.PORT_RESTRICTED, NatKind.PORT_RESTRICTED, By.LINE),
            new PairOf(NatKind.PORT_RESTRICTED, NatKind.RANDOM_PORT, By.CODE),
            new PairOf(NatKind.CGN, NatKind.CGN, By.CODE),
            new PairOf(NatKind.RANDOM_PORT, NatKind.RANDOM_PORT, By.LINE),
            new PairOf(NatKind.PORT_RESTRICTED, NatKind.SYMMETRIC, By.CODE),
            new PairOf(NatKind.PORT_RESTRICTED, NatKind.SYMMETRIC_SEQ, By.CODE),
            new PairOf(NatKind.CGN, NatKind.ADDRESS_DEPENDENT, By.CODE));

    @Test
    void pairsThatCanConnectDoSoAndTheOthersSayWhyNot(Lab lab) {
        Set<NatKind> lefts = new LinkedHashSet<>(Set.of(NatKind.SYMMETRIC));
        Set<NatKind> rights = new LinkedHashSet<>(Set.of(NatKind.SYMMETRIC));
        DIRECT.forEach(pair -> lefts.add(pair.left()));
        DIRECT.forEach(pair -> rights.add(pair.right()));
        Traversal traversal = Traversal.build(lab, lefts, rights);
        List<Outcome> outcomes = new ArrayList<>();
        DIRECT.forEach(pair -> outcomes.add(traversal.connect(pair.left(), pair.right(), pair.by(), PATIENCE)));

        assertThat(outcomes).allMatch(Outcome::direct);
        Outcome hopeless = traversal.connect(NatKind.SYMMETRIC, NatKind.SYMMETRIC, By.CODE, Duration.ofSeconds(3));
        assertThat(hopeless.direct()).isFalse();
    }
}
