/** Measures the program beside others that do the same, and draws what it has measured. Edge. */
@NullMarked
package org.peervpn.testnat.bench;

import org.jspecify.annotations.NullMarked;
