package org.peervpn.testnat.bench;

import java.util.List;

/**
 * A node that has many clients.
 *
 * @param address its own, inside the tunnel
 * @param clients the inner addresses of its clients, in the order of their keys
 */
record CrowdNode(String publicKey, String interfaceName, long pid, String address, List<String> clients) {}
