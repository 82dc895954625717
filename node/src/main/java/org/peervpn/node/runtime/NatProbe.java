package org.peervpn.node.runtime;

import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.peervpn.nat.behavior.Stage;
import org.peervpn.node.Endpoint;
import org.peervpn.node.NodeConfig;
import org.peervpn.node.nattest.NatReport;
import org.peervpn.tunnel.udp.UdpPort;

/** Tests the NAT for {@code --nattest} while no node runs: opens the port for some seconds. */
public final class NatProbe {
    private NatProbe() {}

    /**
     * @param bound hears which port it is
     * @param progress hears what has been found out; on a thread that must not wait
     */
    public static NatReport probe(
            NodeConfig config,
            List<Endpoint> servers,
            int port,
            boolean orNextFree,
            IntConsumer bound,
            Consumer<Stage> progress)
            throws NodeException {
        UdpPort.Options options = new UdpPort.Options(port, orNextFree, 0, true);
        try (Engine engine = Engine.open(config, options, InstantSource.system(), new NoMachine())) {
            bound.accept(engine.port().port());
            return engine.testNat(servers, progress).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException("interrupted", e);
        }
    }
}
