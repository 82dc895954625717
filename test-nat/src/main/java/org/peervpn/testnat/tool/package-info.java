/**
 * Edge: small programs that run on the hosts of the laboratory, each in a process of its own. They need nothing but the
 * JDK, and say what they found in lines of text.
 */
@NullMarked
package org.peervpn.testnat.tool;

import org.jspecify.annotations.NullMarked;
