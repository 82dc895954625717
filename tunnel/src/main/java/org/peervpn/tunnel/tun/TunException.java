package org.peervpn.tunnel.tun;

import org.jspecify.annotations.Nullable;

/** The device cannot be had; the message is one line that tells the operator what to mend. */
public final class TunException extends Exception {

    /** Why. */
    public enum Reason {
        NO_DEVICE,
        NOT_PERMITTED,
        NAME_TAKEN,
        OTHER
    }

    private final Reason reason;

    public TunException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
