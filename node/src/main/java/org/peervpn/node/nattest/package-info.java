/** What {@code --nattest} tells: the findings in words for people and fields for scripts. Core. */
@NullMarked
package org.peervpn.node.nattest;

import org.jspecify.annotations.NullMarked;
