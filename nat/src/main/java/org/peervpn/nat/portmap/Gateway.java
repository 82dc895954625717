package org.peervpn.nat.portmap;

import java.net.Inet4Address;

/**
 * The default router.
 *
 * @param address the only one that is believed
 * @param localAddress of this machine, towards the router
 */
public record Gateway(Inet4Address address, Inet4Address localAddress) {}
