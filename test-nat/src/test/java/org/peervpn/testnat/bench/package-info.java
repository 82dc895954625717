@NullMarked
package org.peervpn.testnat.bench;

import org.jspecify.annotations.NullMarked;
