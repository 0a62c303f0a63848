/**
 * What each module costs, by JMH: one class for each thing that is measured, one JVM for each figure.
 *
 * <pre>
 * java -jar modules/onload.bench/target/benchmarks.jar                 # everything, with allocation
 * java -jar modules/onload.bench/target/benchmarks.jar Checksum        # what matches a pattern
 * </pre>
 *
 * <p>What sockets cost is told by percentiles and counters: {@link onload.bench.Sockets} runs without JMH.
 *
 * <p>Figures that were taken, and how, are in {@code docs/benchmarks}.
 */
@NullMarked
package onload.bench;

import org.jspecify.annotations.NullMarked;
