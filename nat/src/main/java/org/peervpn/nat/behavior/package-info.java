/**
 * Measures what the NAT does: mapping, filtering, port allocation, hairpinning (RFC 4787, RFC 5780) and how long a
 * mapping lives. What is not proved is not said.
 *
 * <p>Core: datagrams and time come in as arguments, by whatever channels the edge owns.
 */
@NullMarked
package org.peervpn.nat.behavior;

import org.jspecify.annotations.NullMarked;
