/** Edge: a laboratory of kernel network namespaces, NATs and real peers, in which whole nodes are tried. */
@NullMarked
package org.peervpn.testnat;

import org.jspecify.annotations.NullMarked;
