package org.peervpn.node.control;

/**
 * What a node tells a peer that has completed a handshake but is not let in yet. A peer that is let in hears a
 * {@link Hello} instead.
 *
 * @param seconds when another proof is welcome; 0 unless the state is {@link State#LATER}
 * @param spent the invitation that the peer has proved was used already, has expired or is not known
 */
public record AdmissionNotice(State state, int seconds, boolean spent) {

    /** Of a peer that has proved no invitation. */
    public AdmissionNotice(State state, int seconds) {
        this(state, seconds, false);
    }

    /** What the peer can do about it. */
    public enum State {
        /** Prove that it knows the passcode. */
        PASSCODE,
        /** Nothing: its proof was of another passcode. */
        WRONG,
        /** Wait: there have been too many wrong proofs, from its address or in all. */
        LATER,
        /** Wait: a person decides. */
        ASK,
        /** Prove the secret of an invitation: nobody else is let in. */
        INVITATION
    }
}
