package org.peervpn.node.invitation;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Behavior;
import org.peervpn.nat.NatSummary;
import org.peervpn.nat.PortAllocation;

/**
 * A {@link NatSummary} in 2 bytes, or 3 where ports are sequential; 0 is unknown, and bits from the highest:
 *
 * <pre>0: translated (2: 1 no, 2 yes) | mapping (2) | filtering (2) | ports (2)
 * 1: blocked (1) | carrier-grade (2: 1 no, 2 yes) | zero (5)
 * 2: step, signed</pre>
 *
 * where mapping and filtering are 1 independent, 2 of the address, 3 of address and port; ports 1 preserved, 2
 * sequential, 3 random.
 */
final class NatSummaryCodec {

    private static final List<Behavior> BEHAVIORS =
            List.of(Behavior.ENDPOINT_INDEPENDENT, Behavior.ADDRESS_DEPENDENT, Behavior.ADDRESS_AND_PORT_DEPENDENT);

    private static final List<PortAllocation> ALLOCATIONS =
            List.of(PortAllocation.PRESERVED, PortAllocation.SEQUENTIAL, PortAllocation.RANDOM);

    private NatSummaryCodec() {}

    /** What of a summary can be said: a step that does not fit into a byte foretells nothing either. */
    static NatSummary sayable(NatSummary nat) {
        if (nat.blocked()) {
            return NatSummary.BLOCKED;
        }
        boolean sequential = nat.ports() == PortAllocation.SEQUENTIAL;
        boolean fits = nat.portStep() != 0 && nat.portStep() == (byte) nat.portStep();
        return new NatSummary(
                nat.translated(),
                nat.mapping(),
                nat.filtering(),
                sequential && !fits ? PortAllocation.RANDOM : nat.ports(),
                sequential && fits ? nat.portStep() : 0,
                false,
                nat.carrierGrade());
    }

    static byte[] encode(NatSummary nat) {
        boolean sequential = nat.ports() == PortAllocation.SEQUENTIAL;
        ByteBuffer bytes = ByteBuffer.allocate(sequential ? 3 : 2);
        bytes.put((byte) (code(nat.translated()) << 6
                | code(BEHAVIORS, nat.mapping()) << 4
                | code(BEHAVIORS, nat.filtering()) << 2
                | code(ALLOCATIONS, nat.ports())));
        bytes.put((byte) ((nat.blocked() ? 1 : 0) << 7 | code(nat.carrierGrade()) << 5));
        if (sequential) {
            bytes.put((byte) nat.portStep());
        }
        return bytes.array();
    }

    /** What a later version says beyond this is passed over; null if it is not a summary. */
    static @Nullable NatSummary decode(byte[] bytes) {
        if (bytes.length < 2) {
            return null;
        }
        int first = bytes[0] & 0xff;
        int second = bytes[1] & 0xff;
        PortAllocation ports = value(ALLOCATIONS, first & 3);
        boolean sequential = ports == PortAllocation.SEQUENTIAL;
        if ((first >> 6) == 3 || (second >> 5 & 3) == 3 || (sequential && (bytes.length < 3 || bytes[2] == 0))) {
            return null;
        }
        return sayable(new NatSummary(
                flag(first >> 6),
                value(BEHAVIORS, first >> 4 & 3),
                value(BEHAVIORS, first >> 2 & 3),
                ports,
                sequential ? bytes[2] : 0,
                second >> 7 == 1,
                flag(second >> 5 & 3)));
    }

    private static <T> int code(List<T> values, @Nullable T value) {
        return value == null ? 0 : values.indexOf(value) + 1;
    }

    private static int code(@Nullable Boolean value) {
        return value == null ? 0 : value ? 2 : 1;
    }

    private static <T> @Nullable T value(List<T> values, int code) {
        return code == 0 ? null : values.get(code - 1);
    }

    private static @Nullable Boolean flag(int code) {
        return code == 0 ? null : code == 2;
    }
}
