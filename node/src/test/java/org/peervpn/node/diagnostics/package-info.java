@NullMarked
package org.peervpn.node.diagnostics;

import org.jspecify.annotations.NullMarked;
