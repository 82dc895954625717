package org.peervpn.tunnel;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A peer of a {@link Tunnel}. Owned by the loop; what other threads may touch is its {@link Lane}. */
public final class Peer {
    private final long serial;
    private final NoisePublicKey publicKey;
    private final StaticSecret staticSecret;
    private PresharedKey presharedKey;
    private final ReceiverTable table;
    private final Lane lane;
    private final PeerTimers timers;
    private final Keypairs keypairs;
    private final CookieGenerator cookies;
    private final StagingQueue staged = new StagingQueue();

    private @Nullable InitiatorHandshake handshake; // from our initiation until its response, or until we give up
    private int handshakeIndex;
    private byte @Nullable [] greatestTimestamp; // null until the first
    private long lastInitiationReceivedNanos = -Timing.HANDSHAKE_INITIATION_INTERVAL_NANOS;
    private long lastHandshakeNanos = -1;
    private boolean removed;
    private boolean connected; // until the last keypair has expired

    Peer(long serial, PeerConfig config, StaticSecret staticSecret, ReceiverTable table, Wakeups wakeups) {
        this.serial = serial;
        this.staticSecret = staticSecret;
        this.table = table;
        publicKey = config.publicKey();
        presharedKey = config.presharedKey();
        lane = new Lane(this, wakeups);
        timers = new PeerTimers(lane);
        timers.persistentKeepaliveNanos = config.persistentKeepaliveNanos();
        keypairs = new Keypairs(this, table);
        cookies = new CookieGenerator(publicKey);
    }

    public NoisePublicKey publicKey() {
        return publicKey;
    }

    public Lane lane() {
        return lane;
    }

    /** True while there is a keypair with which packets can be sent. */
    public boolean isConnected(long nowNanos) {
        Keypair current = lane.current();
        return current != null && current.canSeal(nowNanos);
    }

    /**
     * The handshake hashes of the sessions in use, that with which we seal first: what is said inside the tunnel can be
     * bound to the session by them (Noise specification, section 11.2). Read-only, 32 bytes each; empty if there is none.
     */
    public List<ByteBuffer> handshakeHashes() {
        return keypairs.inUse().stream().map(Keypair::handshakeHash).toList();
    }

    /**
     * 32 bytes that only this node and the peer can compute, another 32 for each purpose: the BLAKE2s KDF of the WireGuard
     * paper, section 5.4, of what their static keys agree on, over the purpose and both public keys, the smaller one first.
     * The caller wipes them.
     */
    public byte[] pairSecret(String purpose) {
        if (removed) {
            throw new IllegalStateException("a peer that was removed has no secret any more");
        }
        return staticSecret.derived(purpose);
    }

    /** When the last handshake was completed; -1 for never. */
    public long lastHandshakeNanos() {
        return lastHandshakeNanos;
    }

    /** 0 for none. */
    public void persistentKeepaliveNanos(long nanos) {
        timers.persistentKeepaliveNanos = PeerConfig.requireInterval(nanos);
        lane.raise();
    }

    /** From the next handshake on; sessions that there are go on. */
    public void presharedKey(PresharedKey key) {
        presharedKey = key;
    }

    /** Tells peers apart that want to be looked at in the same moment. */
    long serial() {
        return serial;
    }

    StaticSecret staticSecret() {
        return staticSecret;
    }

    PresharedKey presharedKey() {
        return presharedKey;
    }

    PeerTimers timers() {
        return timers;
    }

    Keypairs keypairs() {
        return keypairs;
    }

    CookieGenerator cookies() {
        return cookies;
    }

    StagingQueue staged() {
        return staged;
    }

    /** null unless a response to {@code index} is awaited. */
    @Nullable
    InitiatorHandshake handshake(int index) {
        return handshakeIndex == index ? handshake : null;
    }

    /** In place of an earlier one, whose response is then of no use any more. */
    void handshake(InitiatorHandshake begun, int index) {
        cancelHandshake();
        handshake = begun;
        handshakeIndex = index;
    }

    void cancelHandshake() {
        if (handshake != null) {
            table.release(handshakeIndex);
            handshake.wipe();
            handshake = null;
        }
    }

    /** Our initiation has been answered, or we have answered one; the new keypair is in the {@link #keypairs}. */
    void sessionDerived(long nowNanos) {
        timers.zeroKeysNanos = nowNanos + Timing.ZERO_KEYS_AFTER_NANOS;
    }

    /** Both sides have the keypair now. */
    void handshakeCompleted(long nowNanos) {
        cancelHandshake();
        timers.retransmitNanos = Timing.NEVER;
        timers.expireNanos = keypairs.expireNanos();
        lastHandshakeNanos = nowNanos;
        connected = true;
    }

    /** Whether a handshake has been completed since this was last asked. */
    boolean takeConnected() {
        boolean was = connected;
        connected = false;
        return was;
    }

    /** Section 5.1: whether an initiation's timestamp is newer than all before. */
    boolean isNewer(byte[] timestamp) {
        return greatestTimestamp == null || Arrays.compareUnsigned(timestamp, greatestTimestamp) > 0;
    }

    boolean isFlooding(long nowNanos) {
        return nowNanos - lastInitiationReceivedNanos < Timing.HANDSHAKE_INITIATION_INTERVAL_NANOS;
    }

    void initiationReceived(byte[] timestamp, long nowNanos) {
        greatestTimestamp = timestamp;
        lastInitiationReceivedNanos = nowNanos;
    }

    /** Wipes all keys, at once where no thread is sealing with them. */
    void remove() {
        removed = true;
        cancelHandshake();
        keypairs.erase();
        staticSecret.wipe();
        timers.retransmitNanos = Timing.NEVER;
        timers.expireNanos = Timing.NEVER;
        timers.zeroKeysNanos = Timing.NEVER;
    }

    /** A packet that another thread could not seal may come to the loop after its peer has gone. */
    boolean isRemoved() {
        return removed;
    }

    @Override
    public String toString() {
        return "Peer(" + publicKey + ")";
    }
}
