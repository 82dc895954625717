package org.peervpn.node.wgquick;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.Endpoint;
import org.peervpn.tunnel.NoisePrivateKey;
import org.peervpn.tunnel.NoisePublicKey;
import org.peervpn.tunnel.PresharedKey;

/**
 * A configuration file of {@code wg-quick}, as far as it means something to a node. Prints none of its keys.
 *
 * @param privateKey null if the file has none
 * @param addresses as written
 * @param listenPort null if the file has none
 * @param mtu null if the file has none
 * @param notHonoured the names of settings that mean nothing to a node, each once
 */
public record WgQuickFile(
        @Nullable NoisePrivateKey privateKey,
        List<String> addresses,
        @Nullable Integer listenPort,
        @Nullable Integer mtu,
        List<WgQuickPeer> peers,
        List<String> notHonoured) {

    public static final int MAX_PEERS = 256;

    /**
     * One peer of the file.
     *
     * @param endpoint null if it has to come by itself
     * @param allowedIps as written
     */
    public record WgQuickPeer(
            NoisePublicKey publicKey,
            @Nullable Endpoint endpoint,
            PresharedKey presharedKey,
            List<String> allowedIps) {}

    /**
     * An {@link IllegalArgumentException} says what is wrong with which line, without a word of the line if that could be
     * secret.
     */
    public static WgQuickFile parse(String text) {
        Reader reader = new Reader();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            try {
                reader.read(lines.get(i));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("line " + (i + 1) + ": " + e.getMessage(), e);
            }
        }
        return reader.finish();
    }

    @Override
    public String toString() {
        return "WgQuickFile(" + peers.size() + " peers, secret)";
    }

    private enum Section {
        NONE,
        INTERFACE,
        PEER
    }

    /** What was read so far. */
    private static final class Reader {
        private static final Pattern NAME = Pattern.compile("[A-Za-z]{1,32}");

        private Section section = Section.NONE;
        private @Nullable NoisePrivateKey privateKey;
        private final List<String> addresses = new ArrayList<>();
        private @Nullable Integer listenPort;
        private @Nullable Integer mtu;
        private final List<WgQuickPeer> peers = new ArrayList<>();
        private final List<String> notHonoured = new ArrayList<>();

        // Of the peer whose section is being read.
        private @Nullable NoisePublicKey publicKey;
        private @Nullable Endpoint endpoint;
        private PresharedKey presharedKey = PresharedKey.NONE;
        private List<String> allowedIps = new ArrayList<>();

        void read(String line) {
            String content = line.replaceFirst("#.*", "").strip();
            if (content.isEmpty()) {
                return;
            }
            if (content.startsWith("[")) {
                begin(content.toLowerCase(Locale.ROOT));
                return;
            }
            int equals = content.indexOf('=');
            String name = equals < 0 ? "" : content.substring(0, equals).strip();
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("not of the form NAME = VALUE");
            }
            set(name, content.substring(equals + 1).strip());
        }

        private void begin(String heading) {
            endPeer();
            section = switch (heading) {
                case "[interface]" -> Section.INTERFACE;
                case "[peer]" -> Section.PEER;
                default -> throw new IllegalArgumentException("neither [Interface] nor [Peer]");
            };
        }

        private void set(String name, String value) {
            switch (section) {
                case NONE -> throw new IllegalArgumentException(name + " stands before [Interface] and [Peer]");
                case INTERFACE -> ofInterface(name, value);
                case PEER -> ofPeer(name, value);
            }
        }

        private void ofInterface(String name, String value) {
            switch (name.toLowerCase(Locale.ROOT)) {
                case "privatekey" -> privateKey = once(privateKey, name, secretKey(value));
                case "address" -> addresses.addAll(list(value));
                case "listenport" -> listenPort = once(listenPort, name, number(name, value, 1, 65_535));
                case "mtu" -> mtu = once(mtu, name, number(name, value, 1280, 9000));
                default -> passOver(name);
            }
        }

        private void ofPeer(String name, String value) {
            switch (name.toLowerCase(Locale.ROOT)) {
                case "publickey" -> publicKey = once(publicKey, name, peerKey(value));
                case "presharedkey" -> presharedKey = PresharedKey.parse(value);
                case "endpoint" -> endpoint = once(endpoint, name, Endpoint.parse(value));
                case "allowedips" -> allowedIps.addAll(list(value));
                case "persistentkeepalive" -> {
                    // Whoever is called by a node is kept alive.
                }
                default -> passOver(name);
            }
        }

        private void passOver(String name) {
            if (!notHonoured.contains(name) && notHonoured.size() < MAX_PEERS) {
                notHonoured.add(name);
            }
        }

        private static <T> T once(@Nullable T before, String name, T value) {
            if (before != null) {
                throw new IllegalArgumentException(name + " is there twice");
            }
            return value;
        }

        private static NoisePrivateKey secretKey(String value) {
            try {
                return NoisePrivateKey.parse(value);
            } catch (IllegalArgumentException e) {
                // Not as the cause: nothing of the text may show.
                throw new IllegalArgumentException("PrivateKey is not a WireGuard key (44 characters of base64)");
            }
        }

        private static NoisePublicKey peerKey(String value) {
            NoisePublicKey key;
            try {
                key = NoisePublicKey.parse(value);
            } catch (IllegalArgumentException e) {
                // It may be a private key in the wrong place.
                throw new IllegalArgumentException("PublicKey is not a WireGuard key (44 characters of base64)");
            }
            if (key.isWeak()) {
                throw new IllegalArgumentException("PublicKey is weak and cannot be anybody's");
            }
            return key;
        }

        private static List<String> list(String value) {
            return List.of(value.split(",", -1)).stream()
                    .map(String::strip)
                    .filter(part -> !part.isEmpty())
                    .toList();
        }

        private static int number(String name, String value, int least, int most) {
            if (value.matches("[0-9]{1,5}")) {
                int number = Integer.parseInt(value);
                if (number >= least && number <= most) {
                    return number;
                }
            }
            throw new IllegalArgumentException(name + " is not between " + least + " and " + most);
        }

        private void endPeer() {
            if (section != Section.PEER) {
                return;
            }
            NoisePublicKey key = publicKey;
            if (key == null) {
                throw new IllegalArgumentException("the [Peer] before has no PublicKey");
            }
            if (peers.stream().anyMatch(peer -> peer.publicKey().equals(key))) {
                throw new IllegalArgumentException("the [Peer] before has the key of an earlier one");
            }
            if (peers.size() == MAX_PEERS) {
                throw new IllegalArgumentException("more than " + MAX_PEERS + " peers");
            }
            peers.add(new WgQuickPeer(key, endpoint, presharedKey, List.copyOf(allowedIps)));
            publicKey = null;
            endpoint = null;
            presharedKey = PresharedKey.NONE;
            allowedIps = new ArrayList<>();
        }

        WgQuickFile finish() {
            endPeer();
            if (peers.isEmpty()) {
                throw new IllegalArgumentException("there is no [Peer] in it");
            }
            return new WgQuickFile(
                    privateKey, List.copyOf(addresses), listenPort, mtu, List.copyOf(peers), List.copyOf(notHonoured));
        }
    }
}
