@NullMarked
package org.peervpn.node;

import org.jspecify.annotations.NullMarked;
