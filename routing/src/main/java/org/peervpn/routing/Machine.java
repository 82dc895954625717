package org.peervpn.routing;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What can be done to the machine. One thread calls it. */
interface Machine extends AutoCloseable {

    /** The machine as it is now. */
    MachineFacts observe() throws RouterException;

    /** What is open now. */
    Sessions sessions() throws RouterException;

    /** What an operation is going to overwrite. */
    Map<String, Integer> before(Operation operation) throws RouterException;

    /** In this order; what is so already stays so. */
    void perform(List<Operation> operations) throws RouterException;

    /** In this order. What was never done, or is gone, is as good as undone. */
    List<Failure> undo(List<Change> changes);

    /**
     * Which of these are no longer so, because somebody else has undone them or the owner of the firewall table has died.
     * Tells of each change once.
     */
    Set<Operation> lost(Collection<Operation> done) throws RouterException;

    @Override
    void close();

    /** @param reason one line */
    record Failure(Change change, String reason) {}
}
