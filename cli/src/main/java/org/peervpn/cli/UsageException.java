package org.peervpn.cli;

/** The call as a whole makes no sense, so that the help has to follow. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
