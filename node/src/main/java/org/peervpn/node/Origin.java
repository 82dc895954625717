package org.peervpn.node;

/** How a peer came to be admitted. */
public enum Origin {
    /** Named by {@code --connect}. */
    CONNECT,
    /** Named by {@code --allow}. */
    ALLOW,
    /** Named by {@code --add} while the node ran. */
    ADD,
    /** Let in by the operator, when it asked or before. */
    ADMIT,
    /** It was the first to prove an invitation of the operator's. */
    INVITATION,
    /** It has proved that it knows the passcode. */
    PASSCODE,
    /** It came by itself: it holds the connect line, or is a guest. */
    LINE;

    /** True if anybody may become such a peer, so that their number is bounded and their names are not trusted. */
    boolean isStranger() {
        return this == PASSCODE || this == LINE;
    }

    /** True if the operator knows whose key it is, so that the name that it gives itself may choose something. */
    boolean isVouchedFor() {
        return !isStranger() && this != INVITATION;
    }

    /** True if the peer is let in again after a restart without being named anew. */
    boolean outlives(Admission admission) {
        return switch (this) {
            case CONNECT, ALLOW -> false;
            case ADD, ADMIT, INVITATION -> true;
            case PASSCODE -> admission == Admission.PASSCODE || admission == Admission.LINE;
            case LINE -> admission == Admission.LINE;
        };
    }
}
