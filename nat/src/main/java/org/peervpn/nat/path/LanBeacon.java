package org.peervpn.nat.path;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a node says to its local network so that a peer there finds it: its port, and a tag for each of some peers, which
 * that peer alone recognises. No two beacons have a tag in common, and all are of one length: whoever else hears them
 * learns neither who speaks nor to whom or to how many.
 *
 * <pre>0: "pvLB" | 4: nonce | 20: port | 22: 16 tags of 8 bytes, those beyond the peers' random</pre>
 */
public final class LanBeacon {
    public static final int MAX_TAGS = 16;

    static final int MAGIC = 0x70764c42;
    static final int NONCE_LENGTH = 16;
    static final int LENGTH = 4 + NONCE_LENGTH + 2 + MAX_TAGS * Long.BYTES;

    private final byte[] nonce;
    private final int port;
    private final Set<Long> tags;

    private LanBeacon(byte[] nonce, int port, Set<Long> tags) {
        this.nonce = nonce;
        this.port = port;
        this.tags = tags;
    }

    /** @param called the peers, at most {@link #MAX_TAGS} */
    static ByteBuffer encode(List<CheckKeys> called, int port, long day, SecureRandom random) {
        byte[] nonce = new byte[NONCE_LENGTH];
        random.nextBytes(nonce);
        List<Long> tags = new ArrayList<>();
        called.forEach(keys -> tags.add(keys.beaconTag(true, day, nonce, port)));
        while (tags.size() < MAX_TAGS) {
            tags.add(random.nextLong());
        }
        Collections.shuffle(tags, random);
        ByteBuffer beacon = ByteBuffer.allocate(LENGTH);
        beacon.putInt(MAGIC).put(nonce).putShort((short) port);
        tags.forEach(beacon::putLong);
        return beacon.flip();
    }

    /** Null if it is none. */
    public static @Nullable LanBeacon decode(ByteBuffer datagram) {
        ByteBuffer beacon = datagram.slice();
        if (beacon.remaining() != LENGTH || beacon.getInt() != MAGIC) {
            return null;
        }
        byte[] nonce = new byte[NONCE_LENGTH];
        beacon.get(nonce);
        int port = Short.toUnsignedInt(beacon.getShort());
        Set<Long> tags = new HashSet<>();
        while (beacon.hasRemaining()) {
            tags.add(beacon.getLong());
        }
        return port == 0 ? null : new LanBeacon(nonce, port, tags);
    }

    /** At which the sender receives. */
    public int port() {
        return port;
    }

    /** True if the peer with whom we share these keys calls us. Yesterday's and tomorrow's tags count, too: clocks differ. */
    boolean isFrom(CheckKeys keys, long day) {
        for (long d = day - 1; d <= day + 1; d++) {
            if (tags.contains(keys.beaconTag(false, d, nonce, port))) {
                return true;
            }
        }
        return false;
    }
}
