package org.peervpn.tunnel.udp;

/** The port cannot be opened; the message is one line that tells the operator what to mend. */
public final class UdpPortException extends Exception {
    public UdpPortException(String message, Throwable cause) {
        super(message, cause);
    }
}
