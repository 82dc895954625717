/**
 * Edge: the TUN device. JNA opens and configures it; packets pass through Netty's file descriptor. Where the kernel
 * leaves segments and checksums to us (TSO, USO), one call carries up to 64 KiB of a flow.
 */
@NullMarked
package org.peervpn.tunnel.tun;

import org.jspecify.annotations.NullMarked;
