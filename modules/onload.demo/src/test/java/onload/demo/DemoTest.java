package onload.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** On the kernel's sockets, where the programs must run as well. */
@Timeout(60)
class DemoTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final Demo demo =
            new Demo("127.0.0.1", 200, 3, new PrintStream(printed, true, StandardCharsets.UTF_8));

    @Test
    void theJdksServerAnswersTheJdksClient() throws Exception {
        demo.jdk();
        assertResult("jdk");
    }

    @Test
    void nettysServerAnswersNettysClient() throws Exception {
        demo.netty();
        assertResult("netty");
    }

    @Test
    void anotherAnswerIsWrong() {
        byte[] other = Answer.BYTES.clone();
        other[Answer.BYTES.length - 1]++;
        assertTrue(Answer.is(200, Answer.BYTES));
        assertFalse(Answer.is(200, other));
        assertFalse(Answer.is(500, Answer.BYTES));
    }

    @Test
    void anAnswerThatDoesNotComeIsCountedAndNamed() throws Exception {
        Client broken =
                new Client() {
                    @Override
                    public boolean ask() throws java.io.IOException {
                        throw new java.io.IOException("gone");
                    }

                    @Override
                    public void close() {}
                };
        String result = new Load(2, 10).run("broken", () -> broken);
        assertTrue(result.startsWith("program=broken requests=10 wrong=10 "), result);
        assertTrue(result.endsWith("trouble=java.io.IOException: gone"), result);
    }

    private void assertResult(String program) {
        String last =
                printed.toString(StandardCharsets.UTF_8).lines().reduce((a, b) -> b).orElseThrow();
        assertEquals(
                "program=" + program + " requests=200 wrong=0",
                last.substring(0, last.indexOf(" micros=")));
    }
}
