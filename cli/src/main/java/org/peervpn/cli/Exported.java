package org.peervpn.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.util.NetUtil;
import java.util.List;
import org.peervpn.node.Endpoint;
import org.peervpn.node.NodeInfo;
import org.peervpn.node.OverlayAddresses;
import org.peervpn.node.control.Hello;
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
        String printable = Hello.printable(name, Hello.MAX_NAME_LENGTH);
        if (printable.isEmpty() || !printable.equals(name)) {
            throw new IllegalArgumentException(
                    "--export: not a name of 1 to " + Hello.MAX_NAME_LENGTH + " printable characters");
        }
        return printable;
    }

    /** An exit gets both families of the internet: what it cannot carry is refused there, not leaked here. */
    static Exported of(String name, NoisePrivateKey key, NodeInfo node, Cidr overlay, boolean isExit)
            throws NodeException {
        String line = node.connect();
        if (line == null) {
            throw new NodeException(
                    "there is no endpoint at which others could reach this node; say one by --endpoint");
        }
        OverlayAddresses own = OverlayAddresses.of(key.publicKey(), overlay);
        List<String> inside = List.of(overlay.toString(), OverlayAddresses.IPV6_PREFIX.toString());
        return new Exported(new StockClient(
                name,
                key,
                List.of(NetUtil.toAddressString(own.ipv4()), NetUtil.toAddressString(own.ipv6())),
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
