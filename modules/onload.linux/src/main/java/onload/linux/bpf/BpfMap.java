package onload.linux.bpf;

import onload.linux.Descriptor;
import onload.linux.Errno;
import onload.linux.LinuxException;
import onload.linux.Struct;

/**
 * Memory that programs and this process share: values of fixed length by keys of fixed length. Any thread may use it.
 */
public final class BpfMap implements AutoCloseable {
    /** {@code BPF_MAP_TYPE_HASH}. */
    public static final int HASH = 1;

    /** {@code BPF_MAP_TYPE_ARRAY}. */
    public static final int ARRAY = 2;

    /** {@code BPF_MAP_TYPE_XSKMAP}: AF_XDP sockets by number; since Linux 4.18. */
    public static final int SOCKETS = 17;

    /** Offsets of the attributes of {@code BPF_MAP_CREATE}. */
    private static final int NAME = 28;

    private static final int CREATE_LENGTH = 44;

    /** Offsets of the attributes of an operation on one element. */
    private static final int KEY = 8;

    private static final int VALUE = 16;
    private static final int ELEMENT_LENGTH = 32;

    private final Descriptor descriptor;
    private final int keyLength;
    private final int valueLength;

    private BpfMap(Descriptor descriptor, int keyLength, int valueLength) {
        this.descriptor = descriptor;
        this.keyLength = keyLength;
        this.valueLength = valueLength;
    }

    /**
     * Makes a map.
     *
     * @param type {@link #HASH}, {@link #ARRAY} or {@link #SOCKETS}
     * @param keyLength bytes of a key
     * @param valueLength bytes of a value
     * @param entries most entries
     * @param name for {@code bpftool map}: up to 15 letters, digits and underscores
     * @throws LinuxException if the kernel refuses
     */
    public static BpfMap create(
            int type, int keyLength, int valueLength, int entries, String name) {
        try (Struct attributes = Struct.of(CREATE_LENGTH)) {
            attributes.bytes().putInt(0, type);
            attributes.bytes().putInt(4, keyLength);
            attributes.bytes().putInt(8, valueLength);
            attributes.bytes().putInt(12, entries);
            attributes.text(NAME, Bpf.NAME_LENGTH, name);
            long result = Bpf.call(Bpf.MAP_CREATE, attributes);
            String what = "bpf(BPF_MAP_CREATE, " + name + ")";
            if (result == -Errno.EPERM) {
                throw new LinuxException(what, Errno.EPERM, Bpf.PRIVILEGE);
            }
            return new BpfMap(Descriptor.checked(result, what), keyLength, valueLength);
        }
    }

    int descriptor() {
        return descriptor.number();
    }

    /** {@return bytes of a key} */
    public int keyLength() {
        return keyLength;
    }

    /** {@return bytes of a value} */
    public int valueLength() {
        return valueLength;
    }

    /**
     * Writes an entry, over one that is there.
     *
     * @return 0, or the error number negated: {@link Errno#E2BIG} if a hash has no room
     */
    public int put(Struct key, Struct value) {
        return element(Bpf.MAP_UPDATE_ELEM, key, value.address());
    }

    /**
     * Writes an entry of a map whose keys and values are 4 bytes, such as {@link #SOCKETS}.
     *
     * @return 0, or the error number negated
     */
    public int put(int key, int value) {
        try (Struct keyBytes = Struct.of(Integer.BYTES);
                Struct valueBytes = Struct.of(Integer.BYTES)) {
            keyBytes.bytes().putInt(0, key);
            valueBytes.bytes().putInt(0, value);
            return put(keyBytes, valueBytes);
        }
    }

    /**
     * Reads an entry into {@code value}.
     *
     * @return 0, or the error number negated: {@link Errno#ENOENT} if there is none
     */
    public int get(Struct key, Struct value) {
        return element(Bpf.MAP_LOOKUP_ELEM, key, value.address());
    }

    /**
     * Takes an entry away.
     *
     * @return 0, or the error number negated: {@link Errno#ENOENT} if there is none
     */
    public int remove(Struct key) {
        return element(Bpf.MAP_DELETE_ELEM, key, 0);
    }

    private int element(int command, Struct key, long value) {
        if (key.length() < keyLength) {
            throw new IllegalArgumentException(
                    "a key of %d bytes is too short; expected %d"
                            .formatted(key.length(), keyLength));
        }
        try (Struct attributes = Struct.of(ELEMENT_LENGTH)) {
            attributes.bytes().putInt(0, descriptor.number());
            attributes.bytes().putLong(KEY, key.address());
            attributes.bytes().putLong(VALUE, value);
            return (int) Bpf.call(command, attributes);
        }
    }

    /** Lets the map go; a program that uses it keeps it. */
    @Override
    public void close() {
        descriptor.close();
    }
}
