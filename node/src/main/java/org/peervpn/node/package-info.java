/** The node: joins tunnel, nat and routing. */
@NullMarked
package org.peervpn.node;

import org.jspecify.annotations.NullMarked;
