@NullMarked
package org.peervpn.node.wgquick;

import org.jspecify.annotations.NullMarked;
