@NullMarked
package org.peervpn.testnat.sim;

import org.jspecify.annotations.NullMarked;
