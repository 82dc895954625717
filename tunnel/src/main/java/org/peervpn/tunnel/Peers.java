package org.peervpn.tunnel;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The peers of a tunnel, by their keys. Loop only. */
final class Peers {
    static final int MAX_PEERS = 16_384;

    private final Map<NoisePublicKey, Peer> byKey = new LinkedHashMap<>();
    private final NoisePrivateKey localKey;
    private final ReceiverTable table;
    private final Wakeups wakeups;
    private long nextSerial;

    Peers(NoisePrivateKey localKey, ReceiverTable table, Wakeups wakeups) {
        this.localKey = localKey;
        this.table = table;
        this.wakeups = wakeups;
    }

    Peer add(PeerConfig config) {
        NoisePublicKey key = config.publicKey();
        if (key.equals(localKey.publicKey())) {
            throw new IllegalArgumentException("this is our own key: " + key);
        }
        if (byKey.containsKey(key)) {
            throw new IllegalArgumentException("already a peer: " + key);
        }
        if (isFull()) {
            throw new IllegalStateException("no more than " + MAX_PEERS + " peers");
        }
        StaticSecret secret = StaticSecret.of(localKey, key);
        if (secret == null) {
            throw new IllegalArgumentException("this key is weak, nothing can be kept secret with it: " + key);
        }
        Peer peer = new Peer(nextSerial++, config, secret, table, wakeups);
        byKey.put(key, peer);
        return peer;
    }

    @Nullable
    Peer get(NoisePublicKey key) {
        return byKey.get(key);
    }

    /** null if the key is no peer's. */
    @Nullable
    StaticSecret staticSecret(NoisePublicKey key) {
        Peer peer = byKey.get(key);
        return peer == null ? null : peer.staticSecret();
    }

    boolean isFull() {
        return byKey.size() >= MAX_PEERS;
    }

    void remove(Peer peer) {
        byKey.remove(peer.publicKey());
    }

    Collection<Peer> all() {
        return Collections.unmodifiableCollection(byKey.values());
    }
}
