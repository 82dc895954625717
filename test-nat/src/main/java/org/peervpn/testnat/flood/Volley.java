package org.peervpn.testnat.flood;

import com.sun.jna.Memory;
import java.util.List;

/**
 * Datagrams of one length that leave with one call.
 *
 * @param source the number of the source from which they leave
 * @param bytes one datagram behind the other
 */
public record Volley(int source, Memory bytes, int datagramBytes) {

    public static Volley of(int source, List<byte[]> datagrams) {
        int length = datagrams.get(0).length;
        if (datagrams.size() > mostOf(length)) {
            throw new IllegalArgumentException(datagrams.size() + " datagrams of " + length + " bytes");
        }
        Memory bytes = new Memory((long) datagrams.size() * length);
        for (int i = 0; i < datagrams.size(); i++) {
            bytes.write((long) i * length, datagrams.get(i), 0, length);
        }
        return new Volley(source, bytes, length);
    }

    /** How many datagrams of this length fit. */
    public static int mostOf(int length) {
        return Math.min(SpoofingSocket.MAX_DATAGRAMS, SpoofingSocket.MAX_BYTES / length);
    }

    int datagrams() {
        return (int) (bytes.size() / datagramBytes);
    }
}
