package org.peervpn.nat.portmap;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The search for an Internet Gateway Device (UPnP Device Architecture 1.1, section 1.3). */
final class Ssdp {
    static final InetSocketAddress GROUP =
            new InetSocketAddress(Addresses.ipv4(new byte[] {(byte) 239, (byte) 255, (byte) 255, (byte) 250}), 1900);

    private static final String DEVICE = "urn:schemas-upnp-org:device:InternetGatewayDevice:";
    private static final int MAX_BYTES = 2_048;

    private Ssdp() {}

    /** One search for each version, because some routers answer for their own only. */
    static List<ByteBuffer> searches() {
        return List.of(search(1), search(2));
    }

    private static ByteBuffer search(int version) {
        String text = "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: "
                + DEVICE + version + "\r\n\r\n";
        return ByteBuffer.wrap(text.getBytes(US_ASCII));
    }

    /** Where the router describes itself; null if this is no answer to a search, or leads elsewhere. */
    static @Nullable Location parse(ByteBuffer datagram, Inet4Address router) {
        if (datagram.remaining() > MAX_BYTES) {
            return null;
        }
        Http.Answer answer = Http.parse(datagram);
        if (answer == null || answer.status() != Http.OK) {
            return null;
        }
        boolean isGateway = answer.headers()
                .getOrDefault("st", "")
                .toLowerCase(Locale.ROOT)
                .startsWith(DEVICE.toLowerCase(Locale.ROOT));
        return isGateway ? Location.parse(answer.headers().getOrDefault("location", ""), router) : null;
    }
}
