package org.peervpn.node.diagnostics;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * What one check has found; the names are those of the JSON.
 *
 * @param detail what was seen, in one line without a secret
 * @param advice what to do about it; null if nothing is to be done
 */
public record Finding(
        String name, Status status, String detail, @Nullable String advice) {

    /** How bad it is: with a problem the node cannot run. */
    public enum Status {
        @JsonProperty("ok")
        OK,
        @JsonProperty("warning")
        WARNING,
        @JsonProperty("problem")
        PROBLEM
    }

    static Finding ok(String name, String detail) {
        return new Finding(name, Status.OK, detail, null);
    }

    static Finding warning(String name, String detail, String advice) {
        return new Finding(name, Status.WARNING, detail, advice);
    }

    static Finding problem(String name, String detail, String advice) {
        return new Finding(name, Status.PROBLEM, detail, advice);
    }

    /** The check itself could not be made. */
    public static Finding notSeen(String name, String why, String advice) {
        return warning(name, "not checked: " + why, advice);
    }
}
