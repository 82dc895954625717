package org.peervpn.tunnel.udp;

import org.jspecify.annotations.Nullable;

/** The port cannot be opened; the message is one line that tells the operator what to mend. */
public final class UdpPortException extends Exception {
    public UdpPortException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
