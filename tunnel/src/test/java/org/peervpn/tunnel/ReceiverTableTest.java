package org.peervpn.tunnel;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReceiverTableTest {
    private final ReceiverTable table = new ReceiverTable(new TestRandom(1));
    private final Peer peer = new Pair().toRight;

    @Test
    void findsWhatIsReservedAndNothingElse() {
        List<Integer> indices = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            indices.add(table.reserve(peer));
        }
        assertThat(indices).doesNotHaveDuplicates();
        Collections.shuffle(indices, new Random(1));
        for (int index : indices) {
            assertThat(requireNonNull(table.lookup(index)).peer()).isSameAs(peer);
            table.release(index);
            assertThat(table.lookup(index)).isNull();
        }
        assertThat(table.size()).isZero();
    }

    @Test
    void releasingWhatIsNotThereChangesNothing() {
        int index = table.reserve(peer);
        table.release(index + (1 << 14)); // the same bucket
        assertThat(table.lookup(index)).isNotNull();
        assertThat(table.size()).isEqualTo(1);
    }

    @Test
    void onePeerNeverHoldsMoreThanFiveIndices() {
        Random random = new Random(3);
        Pair pair = new Pair();
        pair.network = datagram -> random.nextInt(3) > 0;
        for (int i = 0; i < 2_000; i++) {
            pair.advance(random.nextDouble() * 40);
            if (random.nextBoolean()) {
                pair.left.tunnel.initiate(pair.toRight, pair.nowNanos);
            } else {
                pair.right.tunnel.initiate(pair.toLeft, pair.nowNanos);
            }
            assertThat(pair.left.tunnel.indicesInUse()).isLessThanOrEqualTo(ReceiverTable.MAX_PER_PEER);
            assertThat(pair.right.tunnel.indicesInUse()).isLessThanOrEqualTo(ReceiverTable.MAX_PER_PEER);
        }
        pair.left.tunnel.removePeer(pair.toRight);
        assertThat(pair.left.tunnel.indicesInUse()).isZero();
    }
}
