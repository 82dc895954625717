package org.peervpn.tunnel.tun;

import java.nio.ByteBuffer;
import java.util.function.IntFunction;

/** A TUN device: whole IP packets, IPv4 and IPv6. Deals in nothing else: addresses and routes are others' work. */
public interface Tun extends AutoCloseable {

    /** Where packets from this machine go. Called on a thread of the TUN's own. */
    interface Reader {
        /** The packet between position and limit, in direct memory that is lent for the call, and may be written to. */
        void read(ByteBuffer packet);

        /** Nothing more has come for now, or much already: what has been queued is to leave. */
        default void flush() {}

        /** Somebody removed the device: nothing more will be read. One reader is told. Not called at {@link Tun#close}. */
        default void lost() {}
    }

    /** A sender of packets to this machine, used by one thread. */
    interface Writer {
        /** Writes a copy, at the latest at the flush. */
        void write(ByteBuffer packet);

        void flush();
    }

    /** The name that the kernel gave. */
    String name();

    /** How many there are. Packets of a flow stay in one, which is that by which those of the other direction were written. */
    int queues();

    /** Begins to read, each queue on a thread of its own, for a reader of its own. Called once. */
    void start(IntFunction<Reader> readers);

    Writer newWriter(int queue);

    /** Packets that the kernel did not take, or that were no IP packets. */
    long droppedPackets();

    /** Ends the reading thread and gives the device back; the kernel then removes it. */
    @Override
    void close();
}
