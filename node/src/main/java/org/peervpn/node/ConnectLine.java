package org.peervpn.node;

import org.peervpn.tunnel.NoisePublicKey;

/** What people give one another: {@code PUBKEY@ENDPOINT}. */
public record ConnectLine(NoisePublicKey publicKey, Endpoint endpoint) {

    /** Reads the written form; an {@link IllegalArgumentException} says in one line what is wrong with it. */
    public static ConnectLine parse(String text) {
        int at = text.indexOf('@');
        if (at < 0) {
            throw new IllegalArgumentException("not of the form PUBKEY@ENDPOINT: " + Endpoint.quoted(text));
        }
        NoisePublicKey key = NoisePublicKey.parse(text.substring(0, at));
        if (key.isWeak()) {
            throw new IllegalArgumentException("this public key is weak and cannot be anybody's: " + key);
        }
        return new ConnectLine(key, Endpoint.parse(text.substring(at + 1)));
    }

    @Override
    public String toString() {
        return publicKey + "@" + endpoint;
    }
}
