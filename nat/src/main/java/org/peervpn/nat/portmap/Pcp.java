package org.peervpn.nat.portmap;

import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * PCP's ANNOUNCE and MAP, RFC 6887, sections 7, 11.1 and 14.1; integers are big-endian, addresses are IPv4-mapped.
 *
 * <pre>
 * request: 0: version 2 | 1: opcode | 2: reserved | 4: lifetime | 8: client address
 * answer:  0: version 2 | 1: opcode + 128 | 2: reserved | 3: result | 4: lifetime | 8: epoch | 12: reserved
 * MAP:    24: nonce | 36: protocol | 37: reserved | 40: internal port | 42: external port | 44: external address
 * </pre>
 *
 * The nonce stays the same for as long as this lives: it is the key to renewal and to deletion.
 */
final class Pcp implements Dialect {
    private static final byte VERSION = 2;
    private static final byte NAT_PMP_VERSION = 0;
    private static final byte ANNOUNCE = 0;
    private static final byte MAP = 1;
    private static final int RESPONSE = 0x80;
    private static final int SUCCESS = 0;
    private static final int UNSUPP_VERSION = 1;
    private static final byte UDP = 17;

    private static final int HEADER_LENGTH = 24;
    private static final int NAT_PMP_ERROR_LENGTH = 8;
    private static final int MAP_LENGTH = 60;
    private static final int NONCE_LENGTH = 12;

    /** RFC 6887, section 7. */
    private static final int MAX_LENGTH = 1100;

    private static final byte[] MAPPED_PREFIX = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

    private final Inet4Address client;
    private final byte[] nonce = new byte[NONCE_LENGTH];

    Pcp(Inet4Address client, SecureRandom random) {
        this.client = client;
        random.nextBytes(nonce);
    }

    @Override
    public MappingProtocol protocol() {
        return MappingProtocol.PCP;
    }

    @Override
    public boolean probeTellsAddress() {
        return false;
    }

    @Override
    public ByteBuffer probe() {
        return header(ByteBuffer.allocate(HEADER_LENGTH), ANNOUNCE, 0).flip();
    }

    @Override
    public ByteBuffer map(int internalPort, int externalPort, @Nullable Inet4Address external, long lifetimeSeconds) {
        boolean ends = lifetimeSeconds == 0;
        return header(ByteBuffer.allocate(MAP_LENGTH), MAP, lifetimeSeconds)
                .put(nonce)
                .put(UDP)
                .put(new byte[3])
                .putShort((short) internalPort)
                .putShort((short) (ends ? 0 : externalPort))
                .put(MAPPED_PREFIX)
                .put(ends || external == null ? new byte[4] : external.getAddress())
                .flip();
    }

    private ByteBuffer header(ByteBuffer out, byte opcode, long lifetimeSeconds) {
        return out.put(VERSION)
                .put(opcode)
                .putShort((short) 0)
                .putInt((int) lifetimeSeconds)
                .put(MAPPED_PREFIX)
                .put(client.getAddress());
    }

    @Override
    public @Nullable Answer parse(ByteBuffer datagram, int internalPort) {
        ByteBuffer in = datagram.slice();
        if (speaksOnlyNatPmp(in)) {
            return new Answer(Question.PROBE, false, false, 0, null, 0, 0);
        }
        if (in.remaining() < HEADER_LENGTH || in.remaining() > MAX_LENGTH || in.remaining() % 4 != 0) {
            return null;
        }
        int opcode = (in.get(1) & 0xff) - RESPONSE;
        int result = in.get(3) & 0xff;
        // The version that is not supported is that of our NAT-PMP.
        if (in.get(0) != VERSION || result == UNSUPP_VERSION || (opcode != ANNOUNCE && opcode != MAP)) {
            return null;
        }
        long lifetime = Integer.toUnsignedLong(in.getInt(4));
        long epoch = Integer.toUnsignedLong(in.getInt(8));
        if (opcode == ANNOUNCE) {
            return new Answer(Question.PROBE, true, result == SUCCESS, epoch, null, 0, 0);
        }
        return isOurs(in, internalPort) ? mapped(in, result, epoch, lifetime) : null;
    }

    /** RFC 6886, section 3.5: how its server answers our version; RFC 6887, appendix A. */
    private static boolean speaksOnlyNatPmp(ByteBuffer in) {
        return in.remaining() >= NAT_PMP_ERROR_LENGTH
                && in.remaining() < HEADER_LENGTH
                && in.get(0) == NAT_PMP_VERSION
                && (in.get(1) & RESPONSE) != 0
                && in.getShort(2) == UNSUPP_VERSION;
    }

    private boolean isOurs(ByteBuffer in, int internalPort) {
        if (in.remaining() < MAP_LENGTH) {
            return false;
        }
        byte[] itsNonce = new byte[NONCE_LENGTH];
        in.get(HEADER_LENGTH, itsNonce);
        return Arrays.equals(nonce, itsNonce) && in.get(36) == UDP && (in.getShort(40) & 0xffff) == internalPort;
    }

    private static Answer mapped(ByteBuffer in, int result, long epoch, long lifetime) {
        int externalPort = in.getShort(42) & 0xffff;
        byte[] prefix = new byte[MAPPED_PREFIX.length];
        in.get(44, prefix);
        Inet4Address external = Arrays.equals(prefix, MAPPED_PREFIX) ? Addresses.ipv4(in.position(56)) : null;
        boolean granted = result == SUCCESS && external != null;
        return new Answer(Question.MAP, true, granted, epoch, external, externalPort, lifetime);
    }
}
