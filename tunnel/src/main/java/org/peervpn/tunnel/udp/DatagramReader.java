package org.peervpn.tunnel.udp;

import com.sun.jna.LastErrorException;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.peervpn.tunnel.Path;

/**
 * Reads the socket of a channel in place of Netty, whenever the channel's loop says that there is something. Netty makes
 * three objects for each datagram, and asks the kernel for each train of them; that would be a tenth of a node's work.
 */
final class DatagramReader implements EpollIoHandle {
    private static final int F_DUPFD_CLOEXEC = 1030;

    private final FileDescriptor fd; // another number of the socket: a loop watches each number once
    private final MessageBatch batch;
    private final Delivery delivery;
    private final SourcePaths paths;
    private final int messagesPerWakeup;

    private DatagramReader(
            FileDescriptor fd, MessageBatch batch, Delivery delivery, SourcePaths paths, int messagesPerWakeup) {
        this.fd = fd;
        this.batch = batch;
        this.delivery = delivery;
        this.paths = paths;
        this.messagesPerWakeup = messagesPerWakeup;
    }

    /** Until the channel is closed. On its loop; false if there are no descriptors left, or no more can be watched. */
    static boolean start(
            EpollDatagramChannel channel,
            MessageBatch batch,
            Delivery delivery,
            SourcePaths paths,
            int messagesPerWakeup) {
        if (!channel.isOpen()) {
            return true; // nor has anybody to read it
        }
        FileDescriptor fd;
        try {
            fd = new FileDescriptor(LibC.fcntl(channel.fd().intValue(), F_DUPFD_CLOEXEC, 0));
        } catch (LastErrorException e) {
            return false;
        }
        DatagramReader reader = new DatagramReader(fd, batch, delivery, paths, messagesPerWakeup);
        Future<IoRegistration> registered = ((IoEventLoop) channel.eventLoop()).register(reader);
        IoRegistration registration = registered.isSuccess() ? registered.getNow() : null;
        if (registration == null || !reader.begin(registration)) {
            reader.close();
            return false;
        }
        // Comes before whoever closes the channel is told that it is closed: then the port is free.
        var unused = channel.closeFuture().addListener(closed -> {
            registration.cancel();
            reader.close();
        });
        return true;
    }

    private boolean begin(IoRegistration registration) {
        try {
            registration.submit(EpollIoOps.EPOLLIN);
            return true;
        } catch (UncheckedIOException e) { // the kernel has no room to watch it
            registration.cancel();
            return false;
        }
    }

    @Override
    public FileDescriptor fd() {
        return fd;
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
        try {
            int left = messagesPerWakeup;
            while (left > 0 && fd.isOpen()) { // a receiver may close the channel
                int count = batch.receive(fd.intValue());
                for (int i = 0; i < count; i++) {
                    deliver(i);
                }
                left = count < MessageBatch.MESSAGES ? 0 : left - count;
            }
        } catch (Throwable e) { // an error told to the socket; let through, any other would end the loop
            delivery.failed(e);
        }
        delivery.batchEnded();
    }

    private void deliver(int message) {
        Path source = paths.of(batch.names(), MessageBatch.name(message));
        int length = batch.length(message);
        int datagramBytes = batch.datagramBytes(message);
        int start = 0;
        do {
            int end = Math.min(length, start + datagramBytes);
            delivery.deliver(source, batch.part(message, start, end));
            start = end;
        } while (start < length);
    }

    /** Does nothing the second time. */
    @Override
    public void close() {
        try {
            fd.close();
        } catch (IOException e) {
            throw new UncheckedIOException("a socket cannot be closed", e);
        }
    }
}
