@NullMarked
package org.peervpn.node.control;

import org.jspecify.annotations.NullMarked;
