package org.peervpn.tunnel;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The constants of WireGuard's handshake, paper 5.4. */
final class Noise {
    /** IDENTIFIER, which the Noise specification calls the prologue. */
    static final byte[] PROLOGUE = "WireGuard v1 zx2c4 Jason@zx2c4.com".getBytes(UTF_8);

    private Noise() {}
}
