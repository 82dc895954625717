package org.peervpn.node;

/** Who may come in without having been named by the operator. */
public enum Admission {
    /** Whoever holds the connect line, that is, knows our public key. */
    LINE,
    /** Only keys named by {@code --allow}, {@code --connect} or {@code --add}. */
    KNOWN
}
