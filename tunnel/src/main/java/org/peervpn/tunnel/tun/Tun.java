package org.peervpn.tunnel.tun;

import java.nio.ByteBuffer;

/** A TUN device: whole IP packets, IPv4 and IPv6, in batches. Deals in nothing else: addresses and routes are others' work. */
public interface Tun extends AutoCloseable {

    /** Where packets from this machine go. Called on the TUN's own thread; the batch is lent for the call. */
    interface Reader {
        void read(PacketBatch batch);

        /** Somebody removed the device: nothing more will be read. Not called at {@link Tun#close}. */
        default void lost() {}
    }

    /** A sender of packets to this machine, used by one thread. */
    interface Writer {
        /** Queues a copy; a full queue is flushed first. */
        void write(ByteBuffer packet);

        void flush();
    }

    /** The name that the kernel gave. */
    String name();

    /** Begins to read, on a thread of its own. Called once. */
    void start(Reader reader);

    Writer newWriter();

    /** Packets that the kernel did not take, or that were no IP packets. */
    long droppedPackets();

    /** Ends the reading thread and gives the device back; the kernel then removes it. */
    @Override
    void close();
}
