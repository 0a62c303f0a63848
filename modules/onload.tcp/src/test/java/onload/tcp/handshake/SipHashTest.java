package onload.tcp.handshake;

import static org.junit.jupiter.api.Assertions.assertEquals;

import onload.testkit.base.Property;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

class SipHashTest {
    private static final long KEY_0 = 0x0706050403020100L;
    private static final long KEY_1 = 0x0f0e0d0c0b0a0908L;

    /** SipHash as its paper defines it, byte by byte. */
    private static final class ByteWise {
        private long v0;
        private long v1;
        private long v2;
        private long v3;

        long hash(long key0, long key1, byte[] message) {
            v0 = key0 ^ 0x736f6d6570736575L;
            v1 = key1 ^ 0x646f72616e646f6dL;
            v2 = key0 ^ 0x6c7967656e657261L;
            v3 = key1 ^ 0x7465646279746573L;
            int blocks = message.length / 8;
            for (int i = 0; i < blocks; i++) {
                compress(block(message, 8 * i, 8));
            }
            long last = block(message, 8 * blocks, message.length % 8);
            compress(last | (long) message.length << 56);
            v2 ^= 0xff;
            for (int i = 0; i < 4; i++) {
                round();
            }
            return v0 ^ v1 ^ v2 ^ v3;
        }

        private static long block(byte[] message, int at, int bytes) {
            long block = 0;
            for (int i = 0; i < bytes; i++) {
                block |= (message[at + i] & 0xFFL) << (8 * i);
            }
            return block;
        }

        private void compress(long block) {
            v3 ^= block;
            round();
            round();
            v0 ^= block;
        }

        private void round() {
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13);
            v1 ^= v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16);
            v3 ^= v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21);
            v3 ^= v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17);
            v1 ^= v2;
            v2 = Long.rotateLeft(v2, 32);
        }
    }

    private static byte[] counting(int bytes) {
        byte[] message = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            message[i] = (byte) i;
        }
        return message;
    }

    @Test
    void theModelGivesThePublishedVectors() {
        ByteWise model = new ByteWise();
        assertEquals(0x726fdb47dd0e0e31L, model.hash(KEY_0, KEY_1, counting(0)));
        assertEquals(0x74f839c593dc67fdL, model.hash(KEY_0, KEY_1, counting(1)));
        assertEquals(0x93f5f5799a932462L, model.hash(KEY_0, KEY_1, counting(8)));
        assertEquals(0xa129ca6149be45e5L, model.hash(KEY_0, KEY_1, counting(15)));
    }

    @Test
    void fiveNumbersAreHashedAsFortyBytesOfSipHash24() {
        long hash =
                new SipHash(KEY_0, KEY_1)
                        .of(
                                0x0706050403020100L,
                                0x0f0e0d0c0b0a0908L,
                                0x1716151413121110L,
                                0x1f1e1d1c1b1a1918L,
                                0x2726252423222120L);
        assertEquals(new ByteWise().hash(KEY_0, KEY_1, counting(40)), hash);
    }

    @Test
    void anyKeyAndAnyNumbersGiveWhatTheModelGives() {
        Property.forAll(
                1000,
                random -> {
                    long key0 = random.anyLong();
                    long key1 = random.anyLong();
                    ByteBuffer bytes = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
                    long[] numbers = new long[5];
                    for (int i = 0; i < 5; i++) {
                        numbers[i] = random.anyLong();
                        bytes.putLong(numbers[i]);
                    }
                    long expected = new ByteWise().hash(key0, key1, bytes.array());
                    long actual =
                            new SipHash(key0, key1)
                                    .of(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
                    assertEquals(expected, actual);
                });
    }
}
