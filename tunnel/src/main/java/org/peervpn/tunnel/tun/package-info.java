/** Edge: the TUN device. JNA opens and configures it; packets pass through Netty's file descriptor, in batches. */
@NullMarked
package org.peervpn.tunnel.tun;

import org.jspecify.annotations.NullMarked;
