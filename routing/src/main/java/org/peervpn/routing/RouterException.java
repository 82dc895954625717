package org.peervpn.routing;

import org.jspecify.annotations.Nullable;

/** The machine cannot be changed as wanted; the message is one line that tells the operator what to mend. */
public final class RouterException extends Exception {
    public RouterException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
