package org.peervpn.tunnel;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.crypto.Aead;
import org.peervpn.tunnel.crypto.AeadKey;
import org.peervpn.tunnel.crypto.Blake2s;
import org.peervpn.tunnel.crypto.BouncyCastleAead;

/**
 * Chaining key, hash and cipher key of a handshake under way: Noise specification, section 5.2, for
 * Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s. In that pattern no cipher key seals twice, so there is no nonce to count.
 */
final class SymmetricState {
    private static final byte[] CONSTRUCTION = "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s".getBytes(US_ASCII);

    private final byte[] chainingKey;
    private byte[] hash;
    private @Nullable AeadKey cipherKey; // from the mixing of a secret until it has sealed or opened once

    SymmetricState(byte[] prologue) {
        chainingKey = Blake2s.hash(CONSTRUCTION);
        hash = Blake2s.hash(chainingKey, prologue);
    }

    /** A copy of the state between two messages, when there is no cipher key. */
    SymmetricState(SymmetricState other) {
        chainingKey = other.chainingKey.clone();
        hash = other.hash;
    }

    void mixHash(byte[] data) {
        hash = Blake2s.hash(hash, data);
    }

    /** Of an ephemeral: with a preshared key it goes into the chaining key too (Noise specification, 9.2). */
    void mixEphemeral(NoisePublicKey ephemeral) {
        mixHash(ephemeral.bytes());
        mixKey(ephemeral.bytes());
    }

    /**
     * Mixes in the secret that the two keys agree on, and wipes it.
     *
     * @return false if the public key is weak: the handshake must not go on
     */
    boolean mixAgreement(NoisePrivateKey privateKey, NoisePublicKey publicKey) {
        return mixAndWipe(privateKey.agree(publicKey));
    }

    void mixStaticSecret(StaticSecret secret) {
        mixAndWipe(secret.bytes());
    }

    void mixPresharedKey(PresharedKey presharedKey) {
        byte[] psk = presharedKey.bytes();
        byte[] derived = Blake2s.kdf(chainingKey, psk, 3);
        System.arraycopy(derived, 0, chainingKey, 0, Blake2s.HASH_LENGTH);
        mixHash(Arrays.copyOfRange(derived, Blake2s.HASH_LENGTH, 2 * Blake2s.HASH_LENGTH));
        cipherKey(new AeadKey(derived, 2 * Blake2s.HASH_LENGTH));
        Arrays.fill(derived, (byte) 0);
        Arrays.fill(psk, (byte) 0);
    }

    byte[] encryptAndHash(byte[] plaintext) {
        byte[] sealed = Arrays.copyOf(plaintext, plaintext.length + Aead.TAG_LENGTH);
        AeadKey key = takeCipherKey();
        new BouncyCastleAead().sealWithNonce(key, 0, hash, sealed, 0, plaintext.length);
        key.destroy();
        mixHash(sealed);
        return sealed;
    }

    /** null if it is not authentic. */
    byte @Nullable [] decryptAndHash(byte[] sealed) {
        byte[] buffer = sealed.clone();
        AeadKey key = takeCipherKey();
        boolean authentic = new BouncyCastleAead().open(key, 0, hash, buffer, 0, buffer.length);
        key.destroy();
        if (!authentic) {
            return null;
        }
        mixHash(sealed);
        return Arrays.copyOf(buffer, buffer.length - Aead.TAG_LENGTH);
    }

    /** The end of the handshake; the state is wiped. */
    SessionKeys split(boolean initiator) {
        byte[] derived = Blake2s.kdf(chainingKey, new byte[0], 2);
        AeadKey first = new AeadKey(derived, 0);
        AeadKey second = new AeadKey(derived, Blake2s.HASH_LENGTH);
        Arrays.fill(derived, (byte) 0);
        ByteBuffer handshakeHash = ByteBuffer.wrap(hash.clone()).asReadOnlyBuffer();
        wipe();
        return initiator
                ? new SessionKeys(first, second, handshakeHash)
                : new SessionKeys(second, first, handshakeHash);
    }

    void wipe() {
        Arrays.fill(chainingKey, (byte) 0);
        if (cipherKey != null) {
            cipherKey.destroy();
            cipherKey = null;
        }
    }

    private boolean mixAndWipe(byte @Nullable [] secret) {
        if (secret == null) {
            return false;
        }
        mixKey(secret);
        Arrays.fill(secret, (byte) 0);
        return true;
    }

    private void mixKey(byte[] input) {
        byte[] derived = Blake2s.kdf(chainingKey, input, 2);
        System.arraycopy(derived, 0, chainingKey, 0, Blake2s.HASH_LENGTH);
        cipherKey(new AeadKey(derived, Blake2s.HASH_LENGTH));
        Arrays.fill(derived, (byte) 0);
    }

    private void cipherKey(AeadKey key) {
        if (cipherKey != null) {
            cipherKey.destroy();
        }
        cipherKey = key;
    }

    private AeadKey takeCipherKey() {
        AeadKey key = cipherKey;
        if (key == null) {
            throw new IllegalStateException("no cipher key: nothing secret has been mixed in");
        }
        cipherKey = null;
        return key;
    }
}
