package org.peervpn.tunnel;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.crypto.Aead;
import org.peervpn.tunnel.crypto.X25519;

/**
 * The responder's half of Noise IKpsk2. It knows no framing: index and macs are put around its messages by others.
 *
 * <ol>
 *   <li>{@link #read}: e, es, s, ss, payload
 *   <li>{@link #write}: e, ee, se, psk, payload
 *   <li>{@link #split}
 * </ol>
 */
final class ResponderHandshake {
    private static final int SEALED_STATIC_END = X25519.LENGTH + X25519.LENGTH + Aead.TAG_LENGTH;

    private final SymmetricState state;
    private final NoisePublicKey remoteEphemeral;
    private final NoisePublicKey remoteStatic;
    private final byte[] payload;

    private ResponderHandshake(
            SymmetricState state, NoisePublicKey remoteEphemeral, NoisePublicKey remoteStatic, byte[] payload) {
        this.state = state;
        this.remoteEphemeral = remoteEphemeral;
        this.remoteStatic = remoteStatic;
        this.payload = payload;
    }

    /** Knows what our static key and those of some others agree on. */
    interface StaticSecrets {
        /** null if it has to be computed. */
        @Nullable
        StaticSecret of(NoisePublicKey remoteStatic);
    }

    /** null if the message is not authentic. */
    static @Nullable ResponderHandshake read(
            byte[] prologue, NoisePrivateKey localStatic, StaticSecrets secrets, byte[] message) {
        SymmetricState state = new SymmetricState(prologue);
        ResponderHandshake handshake = read(state, localStatic, secrets, message);
        if (handshake == null) {
            state.wipe();
        }
        return handshake;
    }

    private static @Nullable ResponderHandshake read(
            SymmetricState state, NoisePrivateKey localStatic, StaticSecrets secrets, byte[] message) {
        NoisePublicKey remoteEphemeral = NoisePublicKey.of(Arrays.copyOf(message, X25519.LENGTH));
        state.mixHash(localStatic.publicKey().bytes());
        state.mixEphemeral(remoteEphemeral);
        if (!state.mixAgreement(localStatic, remoteEphemeral)) {
            return null;
        }
        byte[] staticBytes = state.decryptAndHash(Arrays.copyOfRange(message, X25519.LENGTH, SEALED_STATIC_END));
        if (staticBytes == null) {
            return null;
        }
        NoisePublicKey remoteStatic = NoisePublicKey.of(staticBytes);
        StaticSecret known = secrets.of(remoteStatic);
        if (known != null) {
            state.mixStaticSecret(known);
        } else if (!state.mixAgreement(localStatic, remoteStatic)) {
            return null;
        }
        byte[] payload = state.decryptAndHash(Arrays.copyOfRange(message, SEALED_STATIC_END, message.length));
        return payload == null ? null : new ResponderHandshake(state, remoteEphemeral, remoteStatic, payload);
    }

    NoisePublicKey remoteStatic() {
        return remoteStatic;
    }

    byte[] payload() {
        return payload.clone();
    }

    /** Wipes the ephemeral, which is of no more use. null if the initiator's key is weak. */
    byte @Nullable [] write(NoisePrivateKey ephemeral, PresharedKey presharedKey, byte[] answer) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        NoisePublicKey ephemeralPublic = ephemeral.publicKey();
        message.writeBytes(ephemeralPublic.bytes());
        state.mixEphemeral(ephemeralPublic);
        boolean agreed = state.mixAgreement(ephemeral, remoteEphemeral) && state.mixAgreement(ephemeral, remoteStatic);
        ephemeral.wipe();
        if (!agreed) {
            state.wipe();
            return null;
        }
        state.mixPresharedKey(presharedKey);
        message.writeBytes(state.encryptAndHash(answer));
        return message.toByteArray();
    }

    SessionKeys split() {
        return state.split(false);
    }

    void wipe() {
        state.wipe();
    }
}
