package org.peervpn.node;

import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.invitation.Invitation;
import org.peervpn.tunnel.NoisePublicKey;

/**
 * What people give one another: {@code PUBKEY@ENDPOINT}, or a code.
 *
 * @param endpoint where the peer most probably is
 * @param invitation what the code says beyond that; null if it was no code
 */
public record ConnectLine(
        NoisePublicKey publicKey,
        Endpoint endpoint,
        @Nullable Invitation invitation) {

    public ConnectLine(NoisePublicKey publicKey, Endpoint endpoint) {
        this(publicKey, endpoint, null);
    }

    /**
     * Reads either written form; an {@link IllegalArgumentException} says in one line what is wrong with it. Whether a
     * code is still valid is left to {@link Invitation#checkTime}.
     */
    public static ConnectLine parse(String text) {
        if (Invitation.isCode(text)) {
            return of(Invitation.parse(text));
        }
        int at = text.indexOf('@');
        if (at < 0) {
            throw new IllegalArgumentException(
                    "not of the form PUBKEY@ENDPOINT, nor a code (peervpn1...): " + Endpoint.quoted(text));
        }
        NoisePublicKey key = NoisePublicKey.parse(text.substring(0, at));
        if (key.isWeak()) {
            throw new IllegalArgumentException("this public key is weak and cannot be anybody's: " + key);
        }
        return new ConnectLine(key, Endpoint.parse(text.substring(at + 1)));
    }

    public static ConnectLine of(Invitation invitation) {
        return new ConnectLine(
                invitation.publicKey(), Endpoint.of(invitation.best().endpoint()), invitation);
    }

    /** Where the operator says that it is; empty if that is a name, which has to be resolved. */
    List<InetSocketAddress> places() {
        InetSocketAddress literal = endpoint.literal();
        return literal == null ? List.of() : List.of(literal);
    }

    /** The form that {@link #parse} reads. */
    @Override
    public String toString() {
        return invitation == null ? publicKey + "@" + endpoint : invitation.code();
    }
}
