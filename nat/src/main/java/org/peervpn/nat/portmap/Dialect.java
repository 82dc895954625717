package org.peervpn.nat.portmap;

import java.net.Inet4Address;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The messages of a protocol that asks for mappings by datagrams to port 5351 of the router. */
interface Dialect {
    /** RFC 6886, section 3, and RFC 6887, section 19.5. */
    int SERVER_PORT = 5351;

    enum Question {
        /** Are you there, and how long have you been up? */
        PROBE,
        MAP
    }

    /**
     * What the router says.
     *
     * @param speaks false if it does not know the protocol
     * @param granted false if it refuses
     * @param epochSeconds since the router has forgotten its mappings last
     * @param external null where this answer does not tell it
     */
    record Answer(
            Question question,
            boolean speaks,
            boolean granted,
            long epochSeconds,
            @Nullable Inet4Address external,
            int externalPort,
            long lifetimeSeconds) {}

    MappingProtocol protocol();

    /** True if a probe is answered by the external address, so that a refusal means that there is none. */
    boolean probeTellsAddress();

    ByteBuffer probe();

    /**
     * A new mapping, a longer life of an old one, or, with lifetime 0, its end.
     *
     * @param external what the router gave before, null for no wish
     */
    ByteBuffer map(int internalPort, int externalPort, @Nullable Inet4Address external, long lifetimeSeconds);

    /** Null if this is no answer in this protocol to a question about this port. */
    @Nullable
    Answer parse(ByteBuffer datagram, int internalPort);
}
