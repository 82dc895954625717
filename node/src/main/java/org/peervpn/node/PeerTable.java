package org.peervpn.node;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.peervpn.routing.Cidr;
import org.peervpn.tunnel.NoisePublicKey;

/** The peers of a node and who owns which overlay address. Bounded where the network can fill it. Owned by the loop. */
final class PeerTable {
    /** Peers that nobody named and that hold the connect line. */
    static final int MAX_LINE_PEERS = 1024;

    /** Of these, those who first came from one IPv4 address or one IPv6 /64. */
    static final int MAX_LINE_PEERS_OF_SOURCE = 64;

    /** Of these, those that have begun a handshake and not yet proved that they live where they say. */
    static final int MAX_GUESTS = 256;

    /** Keys that the operator has removed from the running node. */
    static final int MAX_REMOVED = 4096;

    /** How long a guest may take to prove where it lives, which needs one round trip. */
    static final long UNCONFIRMED_LIFETIME_NANOS = NodeCore.seconds(10);

    /** How long a guest may stay, waiting for the operator or trying passcodes. */
    static final long GUEST_LIFETIME_NANOS = NodeCore.seconds(600);

    /** A line peer that has been away for so long makes room for a new one when the table is full. */
    static final long FORGET_AWAY_NANOS = NodeCore.seconds(3600);

    private final Cidr overlay;
    private final Inet4Address ownIpv4;
    private final Map<NoisePublicKey, PeerEntry> entries = new LinkedHashMap<>();
    private final Set<Inet4Address> takenIpv4 = new HashSet<>();
    private final Set<NoisePublicKey> removed = new LinkedHashSet<>();

    PeerTable(Cidr overlay, Inet4Address ownIpv4) {
        this.overlay = overlay;
        this.ownIpv4 = ownIpv4;
    }

    Collection<PeerEntry> entries() {
        return entries.values();
    }

    @Nullable
    PeerEntry get(NoisePublicKey key) {
        return entries.get(key);
    }

    PeerEntry add(NoisePublicKey key, Origin origin, long nowNanos) {
        PeerEntry entry = new PeerEntry(key, OverlayAddresses.of(key, overlay), origin, nowNanos);
        entries.put(key, entry);
        return entry;
    }

    /** Gives the peer its addresses. The IPv4 address goes to whoever was admitted first: 22 bits can be ground. */
    void admit(PeerEntry entry) {
        if (!entry.admitted) {
            entry.admitted = true;
            Inet4Address ipv4 = entry.overlay.ipv4();
            entry.ownsIpv4 = !ipv4.equals(ownIpv4) && takenIpv4.add(ipv4);
        }
    }

    void remove(PeerEntry entry) {
        entries.remove(entry.key);
        if (entry.ownsIpv4) {
            takenIpv4.remove(entry.overlay.ipv4());
        }
    }

    /** The operator does not want this key any more; it is not let in again by the line. */
    void ban(NoisePublicKey key) {
        if (removed.size() == MAX_REMOVED) {
            removed.remove(removed.iterator().next());
        }
        removed.add(key);
    }

    /** The oldest first. */
    List<NoisePublicKey> removed() {
        return List.copyOf(removed);
    }

    void unban(NoisePublicKey key) {
        removed.remove(key);
    }

    boolean isBanned(NoisePublicKey key) {
        return removed.contains(key);
    }

    /** False if another stranger would make too many: in all, of those who have proved nothing yet, or of one source. */
    boolean hasRoomForStranger(InetAddress address) {
        Source source = Source.of(address);
        int strangers = 0;
        int guests = 0;
        int neighbours = 0;
        for (PeerEntry entry : entries.values()) {
            if (entry.origin.isStranger()) {
                strangers++;
                guests += entry.admitted ? 0 : 1;
                neighbours += source.equals(entry.source) ? 1 : 0;
            }
        }
        return strangers < MAX_LINE_PEERS && guests < MAX_GUESTS && neighbours < MAX_LINE_PEERS_OF_SOURCE;
    }

    /** Who is no longer worth its slot: guests who proved nothing, and long-absent strangers while the table is full. */
    List<PeerEntry> expired(long nowNanos) {
        List<PeerEntry> strangers = new ArrayList<>();
        for (PeerEntry entry : entries.values()) {
            if (entry.origin.isStranger()) {
                strangers.add(entry);
            }
        }
        boolean full = strangers.size() >= MAX_LINE_PEERS;
        strangers.removeIf(e -> e.admitted
                ? !full || e.up || nowNanos - e.downSinceNanos <= FORGET_AWAY_NANOS
                : nowNanos < guestUntilNanos(e));
        return strangers;
    }

    /** When a guest that has not been let in is forgotten. */
    static long guestUntilNanos(PeerEntry guest) {
        return guest.createdNanos + (guest.confirmed ? GUEST_LIFETIME_NANOS : UNCONFIRMED_LIFETIME_NANOS);
    }

    /** By public key, Peer ID or name; null if none fits or several do. */
    @Nullable
    PeerEntry lookup(String text) {
        List<PeerEntry> found =
                entries.values().stream().filter(e -> e.isCalled(text)).toList();
        return found.size() == 1 ? found.get(0) : null;
    }

    /** By public key, Peer ID or name; an {@link IllegalArgumentException} says that none or several fit. */
    PeerEntry find(String text) {
        List<PeerEntry> found =
                entries.values().stream().filter(e -> e.isCalled(text)).toList();
        if (found.isEmpty()) {
            throw new IllegalArgumentException("no such peer: " + Endpoint.printable(text));
        }
        if (found.size() > 1) {
            throw new IllegalArgumentException(
                    found.size() + " peers are called " + Endpoint.printable(text) + ": name one by its public key");
        }
        return found.get(0);
    }
}
