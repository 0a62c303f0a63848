/**
 * Programs for the kernel's own small machine, eBPF: assembled here instruction by instruction, checked by the kernel's
 * verifier, and attached to a device, where they see each frame before the kernel's stack does.
 *
 * <p>A {@link onload.linux.bpf.BpfAssembler} makes instructions with labels, a {@link onload.linux.bpf.BpfMap} is the
 * memory that a program and we share, a {@link onload.linux.bpf.XdpLink} attaches a {@link onload.linux.bpf.BpfProgram}
 * for as long as its descriptor is open: when the process dies, the kernel detaches the program by itself.
 *
 * <p>Numbers are those of include/uapi/linux/bpf.h and bpf_common.h; the set of instructions is RFC 9669.
 */
@NullMarked
package onload.linux.bpf;

import org.jspecify.annotations.NullMarked;
