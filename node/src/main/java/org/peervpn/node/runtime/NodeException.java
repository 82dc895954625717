package org.peervpn.node.runtime;

import org.jspecify.annotations.Nullable;

/** The node cannot start or go on; the message is one line that tells the operator what to mend. */
public final class NodeException extends Exception {
    public NodeException(String message) {
        super(message);
    }

    /** Says what the cause says. */
    public NodeException(Throwable cause) {
        super(cause.getMessage(), cause);
    }

    public NodeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
