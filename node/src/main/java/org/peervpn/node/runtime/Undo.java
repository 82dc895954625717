package org.peervpn.node.runtime;

import java.util.ArrayDeque;
import java.util.Deque;

/** What has to be closed again if a start fails half-way, in reverse order. */
final class Undo implements AutoCloseable {
    private final Deque<Runnable> steps = new ArrayDeque<>();

    void add(Runnable step) {
        steps.push(step);
    }

    /** The start has succeeded. */
    void keep() {
        steps.clear();
    }

    @Override
    public void close() {
        steps.forEach(Runnable::run);
    }
}
