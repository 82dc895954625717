package org.peervpn.node.nattest;

import java.util.List;
import org.peervpn.node.Endpoint;

/**
 * What {@code --nattest} is asked for.
 *
 * @param budgetMillis for how long the test may go on, without the measuring of the lifetime
 * @param lifetime measure for how long an idle mapping lives, too
 */
public record NatTestRequest(List<Endpoint> servers, long budgetMillis, boolean lifetime) {}
