/** Tests of {@code org.peervpn.routing}. */
@org.jspecify.annotations.NullMarked
package org.peervpn.routing;
