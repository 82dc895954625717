/** A sender of floods, and what it sends. Edge. */
@NullMarked
package org.peervpn.testnat.flood;

import org.jspecify.annotations.NullMarked;
