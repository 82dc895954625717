package org.peervpn.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.peervpn.node.Endpoint;
import org.peervpn.node.NodeInfo;
import org.peervpn.node.OverlayAddresses;
import org.peervpn.node.runtime.MachineDns;
import org.peervpn.node.runtime.NodeException;
import org.peervpn.node.wgquick.StockClient;
import org.peervpn.routing.Cidr;
import org.peervpn.tunnel.NoisePrivateKey;
import org.peervpn.tunnel.NoisePublicKey;

/** The file for a stock WireGuard that is to be a client of this node. */
final class Exported {
    private static final int MAX_NAME_LENGTH = 64;

    private final StockClient client;

    private Exported(StockClient client) {
        this.client = client;
    }

    /** @param option that names somebody */
    static String checkedName(String name, String option) {
        boolean isPrintable = Printable.line(name).equals(name) && name.strip().equals(name);
        if (name.isEmpty() || name.length() > MAX_NAME_LENGTH || !isPrintable) {
            throw new IllegalArgumentException(
                    option + ": not a name of 1 to " + MAX_NAME_LENGTH + " printable characters");
        }
        return name;
    }

    /** An exit gets both families of the internet: what it cannot carry is refused there, not leaked here. */
    static Exported of(String name, NoisePrivateKey key, NodeInfo node, Cidr overlay, boolean isExit)
            throws NodeException {
        String line = node.connect();
        if (line == null) {
            throw new NodeException(
                    "there is no endpoint at which others could reach this node; say one by --endpoint");
        }
        List<String> inside = List.of(overlay.toString(), OverlayAddresses.IPV6_PREFIX.toString());
        return new Exported(new StockClient(
                name,
                key,
                StockClient.addresses(key.publicKey(), overlay),
                isExit ? MachineDns.servers() : List.of(),
                NoisePublicKey.parse(node.publicKey()),
                Endpoint.parse(line.substring(line.indexOf('@') + 1)),
                isExit ? List.of("0.0.0.0/0", "::/0") : inside));
    }

    List<String> lines() {
        return client.fileLines();
    }

    String text() {
        return String.join("\n", lines()) + "\n";
    }

    ObjectNode json() {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("name", client.name());
        object.put("publicKey", client.privateKey().publicKey().toString());
        client.addresses().forEach(object.putArray("addresses")::add);
        object.put("configuration", text());
        return object;
    }
}
