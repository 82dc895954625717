package org.peervpn.tunnel;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.crypto.X25519;

/**
 * The initiator's half of Noise IKpsk2. It knows no framing: index and macs are put around its messages by others.
 *
 * <ol>
 *   <li>{@link #write}: e, es, s, ss, payload
 *   <li>{@link #read}: e, ee, se, psk, payload
 * </ol>
 */
final class InitiatorHandshake {
    private final NoisePrivateKey localStatic;
    private final NoisePrivateKey ephemeral;
    private final NoisePublicKey remoteStatic;
    private final SymmetricState state;

    InitiatorHandshake(
            byte[] prologue, NoisePrivateKey localStatic, NoisePrivateKey ephemeral, NoisePublicKey remoteStatic) {
        this.localStatic = localStatic;
        this.ephemeral = ephemeral;
        this.remoteStatic = remoteStatic;
        state = new SymmetricState(prologue);
        state.mixHash(remoteStatic.bytes());
    }

    /**
     * @param staticSecret of the local and the remote static key
     * @throws IllegalStateException if the remote key is weak; such a key is never made a peer
     */
    byte[] write(StaticSecret staticSecret, byte[] payload) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        NoisePublicKey ephemeralPublic = ephemeral.publicKey();
        message.writeBytes(ephemeralPublic.bytes());
        state.mixEphemeral(ephemeralPublic);
        if (!state.mixAgreement(ephemeral, remoteStatic)) {
            throw new IllegalStateException("a weak key was made a peer");
        }
        message.writeBytes(state.encryptAndHash(localStatic.publicKey().bytes()));
        state.mixStaticSecret(staticSecret);
        message.writeBytes(state.encryptAndHash(payload));
        return message.toByteArray();
    }

    /** null if the message is not the answer to ours: this handshake then still waits for the true one. */
    @Nullable
    SessionKeys read(byte[] message, PresharedKey presharedKey) {
        SymmetricState attempt = new SymmetricState(state);
        NoisePublicKey remoteEphemeral = NoisePublicKey.of(Arrays.copyOf(message, X25519.LENGTH));
        attempt.mixEphemeral(remoteEphemeral);
        if (!attempt.mixAgreement(ephemeral, remoteEphemeral) || !attempt.mixAgreement(localStatic, remoteEphemeral)) {
            attempt.wipe();
            return null;
        }
        attempt.mixPresharedKey(presharedKey);
        byte[] sealedPayload = Arrays.copyOfRange(message, X25519.LENGTH, message.length);
        if (attempt.decryptAndHash(sealedPayload) == null) {
            attempt.wipe();
            return null;
        }
        return attempt.split(true);
    }

    void wipe() {
        ephemeral.wipe();
        state.wipe();
    }
}
