package org.peervpn.nat;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A STUN message of the method Binding, as far as we use it.
 *
 * @param mappedAddress XOR-MAPPED-ADDRESS, or MAPPED-ADDRESS of an old server; null if there is none
 * @param responseOrigin RFC 5780: whence the server sent this; null if it does not say
 * @param otherAddress RFC 5780: the server's other address and port; null if it has none
 * @param errorCode of an error response, 300 to 699; else 0
 */
public record StunMessage(
        Type type,
        TransactionId transactionId,
        @Nullable InetSocketAddress mappedAddress,
        @Nullable InetSocketAddress responseOrigin,
        @Nullable InetSocketAddress otherAddress,
        int errorCode) {

    public enum Type {
        REQUEST,
        INDICATION,
        SUCCESS,
        ERROR
    }

    public boolean isResponse() {
        return type == Type.SUCCESS || type == Type.ERROR;
    }
}
