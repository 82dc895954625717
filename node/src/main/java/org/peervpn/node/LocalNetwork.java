package org.peervpn.node;

import java.net.InetAddress;
import org.peervpn.routing.Cidr;

/**
 * A network that this machine is directly connected to.
 *
 * @param address the machine's own there
 */
public record LocalNetwork(InetAddress address, Cidr prefix) {}
