@NullMarked
package org.peervpn.node.invitation;

import org.jspecify.annotations.NullMarked;
