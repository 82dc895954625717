/**
 * Core: what {@code --diagnostics} concludes. Facts come in as arguments, findings go out; who gathers the facts is
 * {@code runtime.Diagnostics}.
 */
@NullMarked
package org.peervpn.node.diagnostics;

import org.jspecify.annotations.NullMarked;
