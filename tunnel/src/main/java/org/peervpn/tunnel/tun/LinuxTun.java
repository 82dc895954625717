package org.peervpn.tunnel.tun;

import io.netty.channel.epoll.Epoll;
import java.nio.charset.StandardCharsets;
import org.peervpn.tunnel.tun.TunException.Reason;

/** Opens TUN devices on Linux. */
public final class LinuxTun {
    private static final int MAX_NAME_BYTES = 15; // IFNAMSIZ less the final zero

    private LinuxTun() {}

    /**
     * Opens a new device, sets its MTU and brings it up.
     *
     * @throws TunException with a one-line reason: no /dev/net/tun, not permitted, name taken, name invalid
     */
    public static Tun open(String interfaceName, int mtu) throws TunException {
        return open(interfaceName, mtu, true, 1);
    }

    /**
     * The same; without offloads every packet crosses the border to the kernel by itself, with its checksum complete.
     *
     * @param queues so many, or one where the kernel does not give as many
     */
    public static Tun open(String interfaceName, int mtu, boolean withOffloads, int queues) throws TunException {
        checkName(interfaceName);
        if (!Epoll.isAvailable()) {
            throw new TunException(
                    Reason.NO_DEVICE,
                    "a TUN device needs Linux and Netty's native library",
                    Epoll.unavailabilityCause());
        }
        TunDescriptor opened = TunDescriptor.open(interfaceName, mtu, withOffloads, queues);
        return new FdTun(opened.name(), opened.fds().stream().map(TunQueue::new).toList(), opened.offloads());
    }

    /** The kernel's own rules (dev_valid_name), but a colon or space would also confuse every tool. */
    private static void checkName(String name) throws TunException {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        boolean wellFormed = name.chars().noneMatch(c -> c == '/' || c == ':' || Character.isWhitespace(c) || c == 0);
        if (length < 1 || length > MAX_NAME_BYTES || !wellFormed || name.equals(".") || name.equals("..")) {
            throw new TunException(
                    Reason.OTHER,
                    "'" + name + "' is no name for an interface: 1 to 15 characters without '/', ':' and spaces",
                    null);
        }
    }
}
