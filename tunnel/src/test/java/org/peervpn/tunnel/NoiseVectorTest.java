package org.peervpn.tunnel;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.peervpn.tunnel.crypto.Aead;
import org.peervpn.tunnel.crypto.AeadKey;
import org.peervpn.tunnel.crypto.AeadProvider;
import org.peervpn.tunnel.crypto.Vectors;

class NoiseVectorTest {
    private final Vectors vectors = new Vectors("noise-ikpsk2");
    private final byte[] prologue = vectors.get("prologue");
    private final PresharedKey psk = PresharedKey.parse(base64("psk"));

    @Test
    void bothHalvesSayWhatThePublishedVectorSays() {
        InitiatorHandshake initiator = new InitiatorHandshake(
                prologue, key("init.static"), key("init.ephemeral"), NoisePublicKey.of(vectors.get("init.remote")));
        byte[] first = initiator.write(staticSecret(), vectors.get("payload.1"));
        assertThat(first).isEqualTo(vectors.get("ciphertext.1"));

        ResponderHandshake responder =
                requireNonNull(ResponderHandshake.read(prologue, key("resp.static"), stranger -> null, first));
        assertThat(responder.remoteStatic()).isEqualTo(key("init.static").publicKey());
        assertThat(responder.payload()).isEqualTo(vectors.get("payload.1"));
        byte[] second = responder.write(key("resp.ephemeral"), psk, vectors.get("payload.2"));
        assertThat(second).isEqualTo(vectors.get("ciphertext.2"));

        SessionKeys ofInitiator = requireNonNull(initiator.read(vectors.get("ciphertext.2"), psk));
        SessionKeys ofResponder = responder.split();
        assertThat(ofInitiator.send()).isEqualTo(ofResponder.receive());
        assertThat(ofInitiator.receive()).isEqualTo(ofResponder.send());
        assertThat(ofInitiator.handshakeHash()).isEqualTo(ofResponder.handshakeHash());
        for (AeadProvider provider : AeadProvider.values()) {
            assertThat(sealed(provider, ofInitiator.send(), 0, 3)).isEqualTo(vectors.get("ciphertext.3"));
            assertThat(sealed(provider, ofResponder.send(), 0, 4)).isEqualTo(vectors.get("ciphertext.4"));
            assertThat(sealed(provider, ofInitiator.send(), 1, 5)).isEqualTo(vectors.get("ciphertext.5"));
            assertThat(sealed(provider, ofResponder.send(), 1, 6)).isEqualTo(vectors.get("ciphertext.6"));
        }
    }

    @Test
    void whatTheStaticKeysAgreeOnMayBeKnownBefore() {
        byte[] first = vectors.get("ciphertext.1");
        StaticSecret known = staticSecret();

        assertThat(ResponderHandshake.read(prologue, key("resp.static"), peer -> known, first))
                .isNotNull();
        known.wipe();
        assertThat(ResponderHandshake.read(prologue, key("resp.static"), peer -> known, first))
                .isNull();
        assertThat(known).hasToString("StaticSecret(secret)");
    }

    @Test
    void aRefusedResponseLeavesTheHandshakeWaitingForTheTrueOne() {
        InitiatorHandshake initiator = new InitiatorHandshake(
                prologue, key("init.static"), key("init.ephemeral"), NoisePublicKey.of(vectors.get("init.remote")));
        initiator.write(staticSecret(), vectors.get("payload.1"));
        byte[] forged = vectors.get("ciphertext.2");
        forged[40] ^= 1;

        assertThat(initiator.read(forged, psk)).isNull();
        assertThat(initiator.read(vectors.get("ciphertext.2"), PresharedKey.NONE))
                .isNull();
        assertThat(initiator.read(vectors.get("ciphertext.2"), psk)).isNotNull();
    }

    private byte[] sealed(AeadProvider provider, AeadKey key, long nonce, int message) {
        byte[] payload = vectors.get("payload." + message);
        byte[] buffer = Arrays.copyOf(payload, payload.length + Aead.TAG_LENGTH);
        provider.newAead().sealWithNonce(key, nonce, Aead.NO_ASSOCIATED_DATA, buffer, 0, payload.length);
        return buffer;
    }

    private StaticSecret staticSecret() {
        return requireNonNull(StaticSecret.of(key("init.static"), NoisePublicKey.of(vectors.get("init.remote"))));
    }

    private NoisePrivateKey key(String name) {
        return NoisePrivateKey.parse(base64(name));
    }

    private String base64(String name) {
        return Base64.getEncoder().encodeToString(vectors.get(name));
    }
}
