package org.peervpn.node.runtime;

import java.nio.ByteBuffer;
import org.peervpn.node.NodeEvent;
import org.peervpn.node.Remembered;
import org.peervpn.routing.RouterConfig;

/** The machine of a probe, which changes nothing. */
final class NoMachine implements Engine.Machine {
    @Override
    public void beacon(ByteBuffer datagram) {}

    @Override
    public void route(RouterConfig wanted) {}

    @Override
    public void remember(Remembered remembered) {}

    @Override
    public void event(NodeEvent event) {}
}
