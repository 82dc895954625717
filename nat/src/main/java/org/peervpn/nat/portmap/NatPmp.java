package org.peervpn.nat.portmap;

import java.net.Inet4Address;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * NAT-PMP, RFC 6886, sections 3.2 and 3.3; integers are big-endian.
 *
 * <pre>
 * probe:  0: version 0 | 1: opcode 0
 * answer: 0: version 0 | 1: 128 | 2: result | 4: epoch | 8: external address
 * map:    0: version 0 | 1: opcode 1 (UDP) | 2: reserved | 4: internal port | 6: external port | 8: lifetime
 * answer: 0: version 0 | 1: 129 | 2: result | 4: epoch | 8: internal port | 10: external port | 12: lifetime
 * </pre>
 */
final class NatPmp implements Dialect {
    private static final byte VERSION = 0;
    private static final byte EXTERNAL_ADDRESS = 0;
    private static final byte MAP_UDP = 1;
    private static final int RESPONSE = 0x80;
    private static final int SUCCESS = 0;
    private static final int UNSUPPORTED_VERSION = 1;

    private static final int MAP_LENGTH = 12;
    private static final int ERROR_LENGTH = 8;
    private static final int ADDRESS_ANSWER_LENGTH = 12;
    private static final int MAP_ANSWER_LENGTH = 16;

    @Override
    public MappingProtocol protocol() {
        return MappingProtocol.NAT_PMP;
    }

    @Override
    public boolean probeTellsAddress() {
        return true;
    }

    @Override
    public ByteBuffer probe() {
        return ByteBuffer.wrap(new byte[] {VERSION, EXTERNAL_ADDRESS});
    }

    @Override
    public ByteBuffer map(int internalPort, int externalPort, @Nullable Inet4Address external, long lifetimeSeconds) {
        return ByteBuffer.allocate(MAP_LENGTH)
                .put(VERSION)
                .put(MAP_UDP)
                .putShort((short) 0)
                .putShort((short) internalPort)
                .putShort((short) (lifetimeSeconds == 0 ? 0 : externalPort))
                .putInt((int) lifetimeSeconds)
                .flip();
    }

    @Override
    public @Nullable Answer parse(ByteBuffer datagram, int internalPort) {
        ByteBuffer in = datagram.slice();
        if (in.remaining() < ERROR_LENGTH || in.remaining() > MAP_ANSWER_LENGTH || in.get() != VERSION) {
            return null;
        }
        int opcode = (in.get() & 0xff) - RESPONSE;
        int result = in.getShort() & 0xffff;
        long epoch = Integer.toUnsignedLong(in.getInt());
        // Not to us, who speak version 0, but to our PCP.
        if (result == UNSUPPORTED_VERSION || (opcode != EXTERNAL_ADDRESS && opcode != MAP_UDP)) {
            return null;
        }
        Question question = opcode == MAP_UDP ? Question.MAP : Question.PROBE;
        if (result != SUCCESS) {
            return new Answer(question, true, false, epoch, null, 0, 0);
        }
        return question == Question.MAP ? mapped(in, epoch, internalPort) : address(in, epoch);
    }

    private static @Nullable Answer address(ByteBuffer in, long epoch) {
        if (in.capacity() != ADDRESS_ANSWER_LENGTH) {
            return null;
        }
        return new Answer(Question.PROBE, true, true, epoch, Addresses.ipv4(in), 0, 0);
    }

    private static @Nullable Answer mapped(ByteBuffer in, long epoch, int internalPort) {
        if (in.capacity() != MAP_ANSWER_LENGTH || (in.getShort() & 0xffff) != internalPort) {
            return null;
        }
        int externalPort = in.getShort() & 0xffff;
        long lifetime = Integer.toUnsignedLong(in.getInt());
        return new Answer(Question.MAP, true, true, epoch, null, externalPort, lifetime);
    }
}
