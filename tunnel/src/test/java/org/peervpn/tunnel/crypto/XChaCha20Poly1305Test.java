package org.peervpn.tunnel.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class XChaCha20Poly1305Test {
    private final Vectors vectors = new Vectors("xchacha20poly1305");
    private final byte[] key = vectors.get("key");
    private final byte[] nonce = vectors.get("nonce");
    private final byte[] aad = vectors.get("aad");

    @Test
    void hchachaIsThatOfTheDraft() {
        assertThat(XChaCha20Poly1305.hchacha20(vectors.get("hchacha.key"), vectors.get("hchacha.nonce")))
                .isEqualTo(vectors.get("hchacha.result"));
    }

    @Test
    void sealsAndOpensAsTheDraft() {
        byte[] plaintext = vectors.get("plaintext");
        byte[] sealed = XChaCha20Poly1305.sealWithNonce(key, nonce, aad, plaintext);
        assertThat(sealed).startsWith(vectors.get("ciphertext")).endsWith(vectors.get("tag"));
        assertThat(sealed).hasSize(plaintext.length + Aead.TAG_LENGTH);
        assertThat(XChaCha20Poly1305.open(key, nonce, aad, sealed)).isEqualTo(plaintext);
    }

    @Test
    void otherAssociatedDataIsRefused() {
        byte[] sealed = XChaCha20Poly1305.sealWithNonce(key, nonce, aad, new byte[16]);
        assertThat(XChaCha20Poly1305.open(key, nonce, new byte[12], sealed)).isNull();
        sealed[3] ^= 1;
        assertThat(XChaCha20Poly1305.open(key, nonce, aad, sealed)).isNull();
    }
}
