package org.peervpn.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
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
    private final StockClient client;

    private Exported(StockClient client) {
        this.client = client;
    }

    static String checkedName(String name) {
        if (!StockClient.isName(name)) {
            throw new IllegalArgumentException(
                    "--export: not a name of 1 to " + StockClient.MAX_NAME_LENGTH + " printable characters");
        }
        return name;
    }

    /** {@code families} are those that this node forwards to the internet. */
    static Exported of(String name, NoisePrivateKey key, NodeInfo node, Cidr overlay, Set<Integer> families)
            throws NodeException {
        String line = node.connect();
        if (line == null) {
            throw new NodeException(
                    "there is no endpoint at which others could reach this node; say one by --endpoint");
        }
        OverlayAddresses own = OverlayAddresses.of(key.publicKey(), overlay);
        Stream<String> internet = families.stream().sorted().map(family -> family == 4 ? "0.0.0.0/0" : "::/0");
        Stream<String> inside = Stream.of(overlay.toString(), OverlayAddresses.IPV6_PREFIX.toString());
        return new Exported(new StockClient(
                name,
                key,
                own.texts(),
                families.isEmpty() ? List.of() : MachineDns.servers(),
                NoisePublicKey.parse(node.publicKey()),
                Endpoint.parse(line.substring(line.indexOf('@') + 1)),
                Stream.concat(internet, inside).toList()));
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
