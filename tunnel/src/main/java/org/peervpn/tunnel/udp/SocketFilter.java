package org.peervpn.tunnel.udp;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.ptr.IntByReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Programs that the Linux kernel runs for every datagram that comes to a socket (classic BPF). What can be neither a
 * WireGuard message nor STUN is dropped before it takes room in the socket's buffer or wakes anybody. Transport data has
 * a buffer of its own, so that a flood of anything else drowns only what is like it.
 */
final class SocketFilter {
    private static final Logger LOG = LoggerFactory.getLogger(SocketFilter.class);

    private static final int SOL_SOCKET = 1;
    private static final int SO_ATTACH_FILTER = 26;
    private static final int SO_ATTACH_REUSEPORT_CBPF = 51;
    private static final int SO_MEMINFO = 55;

    // linux/sock_diag.h: nine numbers of 32 bits, the last of which is SK_MEMINFO_DROPS
    private static final int MEMINFO_BYTES = 36;
    private static final int MEMINFO_DROPS = 32;

    // linux/filter.h
    private static final int LOAD_WORD = 0x20; // BPF_LD | BPF_W | BPF_ABS: big-endian; beyond the end it drops
    private static final int LOAD_LENGTH = 0x80; // BPF_LD | BPF_W | BPF_LEN
    private static final int IF_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    private static final int IF_AT_LEAST = 0x35; // BPF_JMP | BPF_JGE | BPF_K
    private static final int IF_ANY_BIT = 0x45; // BPF_JMP | BPF_JSET | BPF_K
    private static final int RETURN = 0x06; // BPF_RET | BPF_K: how many bytes to keep
    private static final int RETURN_RESULT = 0x16; // BPF_RET | BPF_A
    private static final int ADD = 0x04; // BPF_ALU | BPF_ADD | BPF_K
    private static final int MODULO = 0x94; // BPF_ALU | BPF_MOD | BPF_K
    private static final int INSTRUCTION_BYTES = 8;

    /** In both address families the program sees the datagram with its UDP header, and nothing before that. */
    private static final int UDP_HEADER = 8;

    private static final int TYPE = UDP_HEADER;
    private static final int STUN_COOKIE = UDP_HEADER + 4;

    /**
     * Each line: code, instructions to skip if true, if false, operand. Of several datagrams that the kernel has joined it
     * sees the first one's type and the length of all: what is too long for its type the tunnel drops.
     */
    private static final int[][] PROGRAM = {
        {LOAD_WORD, 0, 0, TYPE}, // of WireGuard with its three reserved bytes
        {IF_EQUAL, 7, 0, 0x04000000}, // transport data
        {IF_EQUAL, 8, 0, 0x01000000}, // initiation
        {IF_EQUAL, 9, 0, 0x02000000}, // response
        {IF_EQUAL, 10, 0, 0x03000000}, // cookie reply
        {IF_ANY_BIT, 12, 0, 0xc0000000}, // RFC 8489, section 5: the highest two bits of STUN are zero
        {LOAD_WORD, 0, 0, STUN_COOKIE},
        {IF_EQUAL, 0, 10, 0x2112a442},
        {RETURN, 0, 0, -1},
        {LOAD_LENGTH, 0, 0, 0},
        {IF_AT_LEAST, 6, 7, UDP_HEADER + 32},
        {LOAD_LENGTH, 0, 0, 0},
        {IF_AT_LEAST, 4, 5, UDP_HEADER + 148},
        {LOAD_LENGTH, 0, 0, 0},
        {IF_AT_LEAST, 2, 3, UDP_HEADER + 92},
        {LOAD_LENGTH, 0, 0, 0},
        {IF_AT_LEAST, 0, 1, UDP_HEADER + 64},
        {RETURN, 0, 0, -1},
        {RETURN, 0, 0, 0},
    };

    /**
     * Which socket of a group takes a datagram, in the order in which they were bound; here the program does not see the
     * UDP header. What is too short is for the first.
     */
    private static final int[][] TRANSPORT_DATA_TO_THE_FIRST = {
        {LOAD_WORD, 0, 0, 0},
        {IF_EQUAL, 0, 1, 0x04000000},
        {RETURN, 0, 0, 0},
        {RETURN, 0, 0, 1},
    };

    /** We have chosen the receiver indices at random, so they spread sessions evenly, in whichever byte order. */
    private static int[][] transportDataByReceiver(int workers) {
        return new int[][] {
            {LOAD_WORD, 0, 0, 0},
            {IF_EQUAL, 0, 4, 0x04000000},
            {LOAD_WORD, 0, 0, 4},
            {MODULO, 0, 0, workers},
            {ADD, 0, 0, 2},
            {RETURN_RESULT, 0, 0, 0},
            {RETURN, 0, 0, 1},
        };
    }

    private SocketFilter() {}

    /** Where it is not possible, the socket takes everything, as it did before. */
    static void attach(int fd) {
        attach(fd, SO_ATTACH_FILTER, PROGRAM);
    }

    /**
     * Of the sockets that share a port, the second takes all that is rare. Transport data is for the first, or each session
     * for one of those of workers, which are the third and those that follow. False if the kernel does not choose so.
     */
    static boolean split(int fd, int workers) {
        return attach(
                fd,
                SO_ATTACH_REUSEPORT_CBPF,
                workers == 0 ? TRANSPORT_DATA_TO_THE_FIRST : transportDataByReceiver(workers));
    }

    private static boolean attach(int fd, int option, int[][] instructions) {
        try (Memory program = program(instructions);
                Memory header = header(program, instructions.length)) {
            LibC.setsockopt(fd, SOL_SOCKET, option, header, (int) header.size());
            return true;
        } catch (LastErrorException | LinkageError e) {
            LOG.debug("the kernel does not filter datagrams for us: {}", e.getMessage());
            return false;
        }
    }

    /** How many datagrams the socket has dropped, by its filter or because its buffer was full. */
    static long drops(int fd) {
        try (Memory info = new Memory(MEMINFO_BYTES)) {
            info.clear();
            LibC.getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, new IntByReference(MEMINFO_BYTES));
            return info.getInt(MEMINFO_DROPS) & 0xffff_ffffL;
        } catch (LastErrorException | LinkageError e) {
            return 0;
        }
    }

    /** struct sock_filter: <pre>0: code | 2: skip if true | 3: skip if false | 4: operand</pre> */
    private static Memory program(int[][] instructions) {
        Memory memory = new Memory((long) instructions.length * INSTRUCTION_BYTES);
        for (int i = 0; i < instructions.length; i++) {
            long start = (long) i * INSTRUCTION_BYTES;
            memory.setShort(start, (short) instructions[i][0]);
            memory.setByte(start + 2, (byte) instructions[i][1]);
            memory.setByte(start + 3, (byte) instructions[i][2]);
            memory.setInt(start + 4, instructions[i][3]);
        }
        return memory;
    }

    /** struct sock_fprog: <pre>0: number of instructions | pointer size: where they are</pre> */
    private static Memory header(Memory program, int instructions) {
        Memory header = new Memory(2L * Native.POINTER_SIZE);
        header.clear();
        header.setShort(0, (short) instructions);
        header.setPointer(Native.POINTER_SIZE, program);
        return header;
    }
}
