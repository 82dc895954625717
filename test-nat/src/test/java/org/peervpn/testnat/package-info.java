@NullMarked
package org.peervpn.testnat;

import org.jspecify.annotations.NullMarked;
