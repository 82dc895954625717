package org.peervpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeapTest {
    private static final long MEGABYTE = 1 << 20;

    private long living = 10 * MEGABYTE;
    private long dead;
    private int collections;

    private final Heap heap = new Heap(() -> living + dead, () -> {
        dead = 0;
        collections++;
    });

    @Test
    void littleThatIsDeadIsLeft() {
        dead = Heap.MIN_GROWTH_BYTES;
        heap.look();
        heap.look();
        assertThat(collections).isZero();
    }

    @Test
    void muchIsCollectedOnce() {
        dead = Heap.MIN_GROWTH_BYTES + 1;
        heap.look();
        heap.look();
        assertThat(collections).isEqualTo(1);
    }

    @Test
    void whatLivesIsNotLookedThroughAgainAndAgain() {
        living = 100 * MEGABYTE;
        heap.look();
        assertThat(collections).isEqualTo(1);
        for (int i = 0; i < 100; i++) {
            dead += MEGABYTE;
            heap.look();
        }
        assertThat(collections).isEqualTo(2);
    }

    @Test
    void isSmallerLater() {
        living = 100 * MEGABYTE;
        heap.look();
        living = 10 * MEGABYTE;
        dead = 50 * MEGABYTE;
        heap.look();
        assertThat(collections).isEqualTo(1);
        dead = 141 * MEGABYTE;
        heap.look();
        dead = Heap.MIN_GROWTH_BYTES + 1;
        heap.look();
        assertThat(collections).isEqualTo(3);
    }
}
