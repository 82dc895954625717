package org.peervpn.testnat.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.peervpn.nat.Prospect;
import org.peervpn.testnat.NatKind;

class MatrixTest {

    @Test
    void withCodesEveryPairThatCanConnectDoes() {
        for (NatKind[] pair : Matrix.pairs()) {
            Matrix.Cell cell = Matrix.cell(pair[0], pair[1], 1, true);

            assertThat(cell.isDirect()).as("%s", cell).isEqualTo(cell.theory() != Prospect.NONE);
            double bound = cell.theory() == Prospect.PLAIN ? 1 : 40; // the second round of spraying included
            assertThat(cell.isDirect() && cell.median() > bound).as("%s", cell).isFalse();
        }
    }

    @Test
    void withShortLinesEveryPairThatNeedsNoTrickDoes() {
        for (NatKind[] pair : Matrix.pairs()) {
            Matrix.Cell cell = Matrix.cell(pair[0], pair[1], 1, false);

            if (cell.theory() == Prospect.PLAIN) {
                assertThat(cell.isDirect() && cell.median() < 1).as("%s", cell).isTrue();
            }
        }
    }
}
