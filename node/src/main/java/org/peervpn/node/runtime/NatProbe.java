package org.peervpn.node.runtime;

import java.time.InstantSource;
import java.util.concurrent.ExecutionException;
import java.util.function.IntConsumer;
import org.peervpn.node.NodeConfig;
import org.peervpn.node.nattest.NatReport;
import org.peervpn.node.nattest.NatTestProgress;
import org.peervpn.node.nattest.NatTestRequest;
import org.peervpn.routing.Uplinks;
import org.peervpn.tunnel.udp.UdpPort;

/** Tests the NAT for {@code --nattest} while no node runs: opens the port for some seconds. */
public final class NatProbe {
    private NatProbe() {}

    /**
     * @param askRouter whether the default router is to be asked if it opens ports on request; it is not asked to open one
     * @param bound hears which port it is
     * @param progress hears what has been found out; on a thread that must not wait
     */
    public static NatReport probe(
            NodeConfig config,
            NatTestRequest request,
            int port,
            boolean orNextFree,
            boolean askRouter,
            IntConsumer bound,
            NatTestProgress progress)
            throws NodeException {
        UdpPort.Options options = new UdpPort.Options(port, orNextFree, 0, true);
        try (Engine engine = Engine.open(config, options, InstantSource.system(), new NoMachine())) {
            bound.accept(engine.port().port());
            return engine.testNat(request, progress, askRouter ? newLink(engine) : null)
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException("interrupted", e);
        }
    }

    private static GatewayLink newLink(Engine engine) {
        GatewayLink link = engine.newGatewayLink(0, false);
        link.gateway(Gateways.of(Uplinks.read("")));
        return link;
    }
}
