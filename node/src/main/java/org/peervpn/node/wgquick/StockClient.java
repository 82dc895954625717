package org.peervpn.node.wgquick;

import io.netty.util.NetUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.peervpn.node.Endpoint;
import org.peervpn.node.OverlayAddresses;
import org.peervpn.routing.Cidr;
import org.peervpn.tunnel.NoisePrivateKey;
import org.peervpn.tunnel.NoisePublicKey;

/**
 * A stock WireGuard that is to be a client of this node, as the file that it needs.
 *
 * @param name for people, one printable line
 * @param addresses inside the overlay
 * @param dns its resolvers; empty to leave them as they are
 * @param node this node's public key
 * @param allowedIps what it sends here
 */
public record StockClient(
        String name,
        NoisePrivateKey privateKey,
        List<String> addresses,
        List<String> dns,
        NoisePublicKey node,
        Endpoint endpoint,
        List<String> allowedIps) {

    /** Below the mapping lifetime of nearly all NATs. */
    private static final int KEEPALIVE_SECONDS = 25;

    /** Those that follow from its key. */
    public static List<String> addresses(NoisePublicKey key, Cidr overlay) {
        OverlayAddresses addresses = OverlayAddresses.of(key, overlay);
        return List.of(NetUtil.toAddressString(addresses.ipv4()), NetUtil.toAddressString(addresses.ipv6()));
    }

    /** Has the private key in it. */
    public List<String> fileLines() {
        List<String> lines = new ArrayList<>();
        lines.add("# " + name);
        lines.add("[Interface]");
        lines.add("PrivateKey = " + privateKey.encodeSecret());
        lines.add("Address = " + addresses.stream().map(StockClient::host).collect(Collectors.joining(", ")));
        if (!dns.isEmpty()) {
            lines.add("DNS = " + String.join(", ", dns));
        }
        lines.add("");
        lines.add("[Peer]");
        lines.add("PublicKey = " + node);
        lines.add("Endpoint = " + endpoint);
        lines.add("AllowedIPs = " + String.join(", ", allowedIps));
        lines.add("PersistentKeepalive = " + KEEPALIVE_SECONDS);
        return lines;
    }

    private static String host(String address) {
        return address + (address.indexOf(':') >= 0 ? "/128" : "/32");
    }

    @Override
    public String toString() {
        return "StockClient(" + name + ")";
    }
}
