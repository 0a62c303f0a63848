/**
 * What is wrong on purpose. The tests that look for races and for wrong orders have to fail here, or they could
 * not fail anywhere: each class has one fault of the kind that they are there for, and a test sees to it that it
 * is found.
 */
@NullMarked
package onload.stress.broken;

import org.jspecify.annotations.NullMarked;
