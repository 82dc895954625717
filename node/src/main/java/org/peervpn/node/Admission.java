package org.peervpn.node;

/** Who may come in without having been named by the operator. */
public enum Admission {
    /** Whoever holds the connect line, that is, knows our public key. */
    LINE,
    /** Whoever proves that it knows the {@link Passcode}. */
    PASSCODE,
    /** Whom the operator lets in when it knocks. */
    ASK,
    /** Only keys named by {@code --allow}, {@code --connect}, {@code --add} or {@code --admit}. */
    KNOWN
}
