package org.peervpn.node.wgquick;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.peervpn.node.Endpoint;
import org.peervpn.node.control.Hello;
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

    public static final int MAX_NAME_LENGTH = Hello.MAX_NAME_LENGTH;

    /** Below the mapping lifetime of nearly all NATs. */
    private static final int KEEPALIVE_SECONDS = 25;

    /** True if it fits into one line of the file and of a terminal. */
    public static boolean isName(String text) {
        return !text.isEmpty() && Hello.printable(text, MAX_NAME_LENGTH).equals(text);
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
