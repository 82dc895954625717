/**
 * What the network between us and the internet does to our datagrams: STUN, the public mapping of the port.
 *
 * <p>Core: bytes and time come in as arguments. ice4j is its STUN codec and is known to one class only.
 */
@NullMarked
package org.peervpn.nat;

import org.jspecify.annotations.NullMarked;
