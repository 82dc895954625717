/**
 * Which peer owns an address, and what the operating system has to know of it: addresses, routes, rules, firewall,
 * kernel settings.
 *
 * <p>Core: {@link org.peervpn.routing.Cidr}, {@link org.peervpn.routing.AllowedIps} and the plan, pure functions of
 * values. Edge: {@link org.peervpn.routing.Router} and what it uses to read and change the machine.
 */
@NullMarked
package org.peervpn.routing;

import org.jspecify.annotations.NullMarked;
