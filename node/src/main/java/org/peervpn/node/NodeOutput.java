package org.peervpn.node;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.peervpn.routing.RouterConfig;
import org.peervpn.tunnel.NoisePublicKey;
import org.peervpn.tunnel.Path;

/** What the core asks of the edge. Called on the loop inside a call of the core; must not call back in. */
public interface NodeOutput {

    void send(Path path, ByteBuffer datagram);

    /** The path by the channel of the address's family; null if this machine does not have that family. */
    @Nullable
    Path pathTo(InetSocketAddress remote);

    /**
     * A channel beside the port, with a port number of its own, for datagrams to addresses of this family; negative if
     * there can be none.
     */
    int openChannel(InetAddress towards);

    void closeChannel(int channel);

    /** To all who listen in the local networks. Who cannot send it, drops it. */
    void beacon(ByteBuffer datagram);

    /** A packet for this machine. */
    void toTun(ByteBuffer packet);

    /** Look the name up and call {@link NodeCore#resolved}, also when it failed. */
    void resolve(Endpoint endpoint);

    /**
     * Make the configured passcode ready for this verifier, which is slow, and call {@link NodeCore#derived}. Asked only
     * where there is a passcode.
     */
    void derive(NoisePublicKey verifier);

    /** Write this down for the next run. The latest call counts. */
    void remember(Remembered remembered);

    /** Make the machine so (the TUN included) and call {@link NodeCore#routed}. The latest call counts. */
    void route(RouterConfig wanted);

    void event(NodeEvent event);
}
