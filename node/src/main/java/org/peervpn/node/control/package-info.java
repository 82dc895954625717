/**
 * What two peervpn nodes say to one another inside the tunnel. Core.
 *
 * <p>A control message is a payload whose first byte is below 0x40, so neither IPv4 nor IPv6: a stock WireGuard drops it
 * silently, and no local program can forge one through the TUN.
 */
@NullMarked
package org.peervpn.node.control;

import org.jspecify.annotations.NullMarked;
