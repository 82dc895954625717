package org.peervpn.node.runtime;

import java.time.InstantSource;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.peervpn.node.NodeConfig;
import org.peervpn.node.NodeInfo;
import org.peervpn.tunnel.udp.UdpPort;

/** Finds out what {@code --info} shows while no node runs: opens the port for a moment and asks the STUN servers. */
public final class InfoProbe {
    /** How long the STUN servers may take. */
    static final long PATIENCE_MILLIS = 5_000;

    private InfoProbe() {}

    public static NodeInfo probe(NodeConfig config, int port, boolean orNextFree) throws NodeException {
        // Unfiltered: to load what the kernel's filter takes would last longer than all the rest.
        UdpPort.Options options = new UdpPort.Options(port, orNextFree, 0, false);
        try (Engine engine = Engine.open(config, options, InstantSource.system(), new NoMachine())) {
            engine.start();
            awaitSettled(engine, PATIENCE_MILLIS);
            return engine.info().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException("interrupted", e);
        }
    }

    /** Returns when every server has answered or had its time, or the time is over. */
    static void awaitSettled(Engine engine, long millis) throws NodeException {
        try {
            engine.settled().get(millis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // What is known by now has to do.
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException("interrupted", e);
        }
    }
}
