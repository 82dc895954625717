package org.peervpn.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.ConnectLine;
import org.peervpn.node.OverlayAddresses;
import org.peervpn.node.PresharedKeys;
import org.peervpn.node.runtime.NodeException;
import org.peervpn.node.wgquick.WgQuickFile;
import org.peervpn.node.wgquick.WgQuickFile.WgQuickPeer;
import org.peervpn.routing.Cidr;
import org.peervpn.tunnel.NoisePrivateKey;
import org.peervpn.tunnel.PresharedKey;

/** A {@code wg-quick} file, as the options of a node that connects to its peers. */
final class Imported {
    private static final String OPTION = "--import";
    private static final int MAX_BYTES = 64 * 1024;

    private final WgQuickFile file;

    private Imported(WgQuickFile file) {
        this.file = file;
    }

    static Imported read(Path path) throws NodeException {
        SecretFile secret = new SecretFile(OPTION, path);
        String text = secret.read(MAX_BYTES);
        try {
            return new Imported(WgQuickFile.parse(text));
        } catch (IllegalArgumentException e) {
            throw secret.wrong(e);
        }
    }

    /** Adds what the file says to what the command line says, which wins. */
    void into(Options options) {
        for (WgQuickPeer peer : file.peers()) {
            if (peer.endpoint() == null) {
                options.allow.add(peer.publicKey());
            } else {
                options.mode.connect.add(new ConnectLine(peer.publicKey(), peer.endpoint()));
            }
            if (isExit(peer)) {
                options.exitVia.add(peer.publicKey().toString());
            }
        }
        if (options.port == null) {
            options.port = file.listenPort();
        }
        Integer mtu = file.mtu();
        if (mtu != null && options.mtu == Options.DEFAULT_MTU) {
            options.mtu = mtu;
        }
    }

    /** The node that the file is for; null if the file does not say. */
    @Nullable
    NoisePrivateKey privateKey() {
        return file.privateKey();
    }

    PresharedKeys presharedKeys() {
        return PresharedKeys.of(file.peers().stream()
                .filter(peer -> !peer.presharedKey().equals(PresharedKey.NONE))
                .collect(Collectors.toMap(WgQuickPeer::publicKey, WgQuickPeer::presharedKey)));
    }

    /** What of the file cannot be honoured, one line each. */
    List<String> notices(OverlayAddresses own, Cidr overlay) {
        List<String> notices = new ArrayList<>();
        List<String> ours = Stream.of(Cidr.host(own.ipv4()), Cidr.host(own.ipv6()))
                .map(Cidr::toString)
                .toList();
        List<String> foreign = file.addresses().stream()
                .filter(address -> !ours.contains(withLength(address)))
                .toList();
        if (!foreign.isEmpty()) {
            notices.add("Address " + String.join(", ", foreign) + " is not taken: this node is "
                    + String.join(", ", ours) + ", which the other side has to have in its AllowedIPs");
        }
        for (WgQuickPeer peer : file.peers()) {
            List<String> unrouted = peer.allowedIps().stream()
                    .filter(prefix -> !isDefault(prefix) && !isOfOverlay(prefix, peer, overlay))
                    .toList();
            if (!unrouted.isEmpty()) {
                notices.add("AllowedIPs " + String.join(", ", unrouted) + " are not routed to " + peer.publicKey()
                        + ": a peer has its overlay addresses, and the internet if it is the exit");
            }
        }
        file.notHonoured().forEach(name -> notices.add(name + " means nothing to a node and is passed over"));
        return notices;
    }

    private static boolean isExit(WgQuickPeer peer) {
        return peer.allowedIps().stream().anyMatch(Imported::isDefault);
    }

    private static boolean isDefault(String prefix) {
        return prefix.equals("0.0.0.0/0") || prefix.equals("::/0");
    }

    private static boolean isOfOverlay(String prefix, WgQuickPeer peer, Cidr overlay) {
        OverlayAddresses theirs = OverlayAddresses.of(peer.publicKey(), overlay);
        return Stream.of(overlay, OverlayAddresses.IPV6_PREFIX, Cidr.host(theirs.ipv4()), Cidr.host(theirs.ipv6()))
                .anyMatch(known -> known.toString().equals(withLength(prefix)));
    }

    /** As {@link Cidr} writes it; what is no prefix is left as it is. */
    private static String withLength(String address) {
        String full = address.indexOf('/') >= 0 ? address : address + (address.indexOf(':') >= 0 ? "/128" : "/32");
        try {
            return Cidr.parse(full).toString();
        } catch (IllegalArgumentException e) {
            return full;
        }
    }
}
