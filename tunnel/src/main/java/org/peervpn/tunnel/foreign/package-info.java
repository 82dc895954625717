/** Edge: calls native libraries, and reads their memory, by the platform's own linker, where Java has one. Decides nothing. */
@NullMarked
package org.peervpn.tunnel.foreign;

import org.jspecify.annotations.NullMarked;
