package org.peervpn.tunnel.tun;

import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** A descriptor of a TUN device: the only one, or a queue of several. Any thread may use it. */
final class TunQueue {
    private final FileDescriptor fd;

    /** Read-locked to use the descriptor, write-locked to close it: a closed number may soon be another file's. */
    private final ReadWriteLock lock = new ReentrantReadWriteLock();

    TunQueue(int fd) {
        this.fd = new FileDescriptor(fd);
    }

    FileDescriptor fd() {
        return fd;
    }

    /** How many bytes; 0 if there is nothing now, or the queue is closed, negative at its end. */
    int read(long address, int capacity) throws IOException {
        lock.readLock().lock();
        try {
            return fd.isOpen() ? fd.readAddress(address, 0, capacity) : 0;
        } finally {
            lock.readLock().unlock();
        }
    }

    /** False if the kernel has not taken it. */
    boolean write(long address, int start, int end) {
        lock.readLock().lock();
        try {
            return fd.isOpen() && fd.writeAddress(address, start, end) > 0;
        } catch (IOException e) {
            return false;
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Does nothing the second time. */
    void close() throws IOException {
        lock.writeLock().lock();
        try {
            fd.close();
        } finally {
            lock.writeLock().unlock();
        }
    }
}
