package org.peervpn.node;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.peervpn.routing.Cidr;
import org.peervpn.tunnel.NoisePrivateKey;
import org.peervpn.tunnel.NoisePublicKey;

/**
 * What the operator wants of a node.
 *
 * @param waitForPeers {@code --exit} or {@code --listen} was given: the node serves even while nobody is connected
 * @param exitVia which peers may be the exit, in order of preference, by public key, Peer ID or name; empty: the first of {@code connect} that offers
 * @param passcode what strangers have to prove with {@link Admission#PASSCODE}, and what is proved to peers that ask; null for none
 * @param presharedKeys what peers have agreed on with us beside their public keys; a key admits nobody by itself
 * @param remembered from earlier runs
 * @param useExit false for {@code --no-exit}
 * @param routes what goes through the exit; empty for everything
 * @param stunServers empty for none
 * @param announcedEndpoint {@code --endpoint}: stands for what STUN would find
 * @param spray false for {@code --no-spray}: a hard NAT is not got through by trying ports
 * @param lanBeacon false for {@code --no-lan-beacon}: the local network is not told of this node, and not listened to
 * @param connectTimeout how long the first handshake with any peer may take; zero for ever
 */
public record NodeConfig(
        NoisePrivateKey privateKey,
        String name,
        String version,
        boolean offerExit,
        boolean waitForPeers,
        List<ConnectLine> connect,
        List<NoisePublicKey> allow,
        Admission admission,
        @Nullable Passcode passcode,
        PresharedKeys presharedKeys,
        Remembered remembered,
        boolean useExit,
        List<String> exitVia,
        List<Cidr> routes,
        List<Cidr> excludes,
        Cidr overlay,
        int mtu,
        List<Endpoint> stunServers,
        @Nullable Endpoint announcedEndpoint,
        Duration connectTimeout,
        boolean spray,
        boolean lanBeacon) {}
