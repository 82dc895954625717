/** The configuration files of stock WireGuard's {@code wg-quick}: read, and written. Core. */
@NullMarked
package org.peervpn.node.wgquick;

import org.jspecify.annotations.NullMarked;
