package org.peervpn.node;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.peervpn.tunnel.NoisePublicKey;
import org.peervpn.tunnel.PresharedKey;

/**
 * The preshared keys of this node, each for one peer. As a text: a line {@code PUBKEY PSK} for each, both as WireGuard
 * writes them, and comments from {@code #} to the end of the line. Prints only how many they are.
 */
public final class PresharedKeys {
    public static final PresharedKeys NONE = new PresharedKeys(Map.of());

    private final Map<NoisePublicKey, PresharedKey> byPeer;

    private PresharedKeys(Map<NoisePublicKey, PresharedKey> byPeer) {
        this.byPeer = Map.copyOf(byPeer);
    }

    /**
     * An {@link IllegalArgumentException} says what is wrong with which line, without a word of it: whatever stands in
     * the wrong place may be a secret.
     */
    public static PresharedKeys parse(String text) {
        Map<NoisePublicKey, PresharedKey> byPeer = new HashMap<>();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            try {
                add(byPeer, lines.get(i));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("line " + (i + 1) + ": " + e.getMessage(), e);
            }
        }
        return new PresharedKeys(byPeer);
    }

    private static void add(Map<NoisePublicKey, PresharedKey> byPeer, String line) {
        String content = line.replaceFirst("#.*", "").strip();
        if (content.isEmpty()) {
            return;
        }
        String[] words = content.split("\\s+", -1);
        if (words.length != 2) {
            throw new IllegalArgumentException("not of the form PUBKEY PSK");
        }
        NoisePublicKey peer = peer(words[0]);
        PresharedKey key = PresharedKey.parse(words[1]);
        if (key.equals(PresharedKey.NONE)) {
            throw new IllegalArgumentException("a preshared key of zeros only is the same as none");
        }
        if (byPeer.putIfAbsent(peer, key) != null) {
            throw new IllegalArgumentException("this public key has a preshared key already");
        }
    }

    private static NoisePublicKey peer(String text) {
        NoisePublicKey key;
        try {
            key = NoisePublicKey.parse(text);
        } catch (IllegalArgumentException e) {
            // Its message has the text in it, and so must not become the cause of ours.
            throw new IllegalArgumentException("the first word is not a WireGuard public key");
        }
        if (key.isWeak()) {
            throw new IllegalArgumentException("this public key is weak and cannot be anybody's");
        }
        return key;
    }

    /** {@link PresharedKey#NONE} if there is none for this peer. */
    public PresharedKey of(NoisePublicKey peer) {
        return byPeer.getOrDefault(peer, PresharedKey.NONE);
    }

    /** True if there is one for this peer. */
    public boolean has(NoisePublicKey peer) {
        return byPeer.containsKey(peer);
    }

    @Override
    public String toString() {
        return "PresharedKeys(" + byPeer.size() + ", secret)";
    }
}
