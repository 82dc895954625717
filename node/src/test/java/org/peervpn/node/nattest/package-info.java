@NullMarked
package org.peervpn.node.nattest;

import org.jspecify.annotations.NullMarked;
