package org.peervpn.testnat;

/** The laboratory could not do what was asked of it; the message says which command failed and what it printed. */
public final class LabException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LabException(String message) {
        super(message);
    }

    public LabException(String message, Throwable cause) {
        super(message, cause);
    }
}
