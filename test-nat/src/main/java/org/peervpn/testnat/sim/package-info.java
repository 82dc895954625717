/**
 * Core: a laboratory without a machine. Whole node cores play on a simulated internet with NATs, in one thread, in virtual
 * time, from a seed; the same seed gives the same life. {@link org.peervpn.testnat.sim.Laboratory} is its command line.
 */
@NullMarked
package org.peervpn.testnat.sim;

import org.jspecify.annotations.NullMarked;
