package onload.programs;

import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.client.ActiveMQClient;
import org.apache.activemq.artemis.api.core.client.ClientConsumer;
import org.apache.activemq.artemis.api.core.client.ClientMessage;
import org.apache.activemq.artemis.api.core.client.ClientProducer;
import org.apache.activemq.artemis.api.core.client.ClientSession;
import org.apache.activemq.artemis.api.core.client.ClientSessionFactory;
import org.apache.activemq.artemis.api.core.client.ServerLocator;

import java.util.Arrays;

/** A client of an Artemis broker: ADDRESS PORT. It sends messages through a queue, small and large. */
public final class ArtemisClient {
    private static final int COUNT = 500;
    private static final String QUEUE = "numbers";

    private ArtemisClient() {}

    public static void main(String[] arguments) throws Exception {
        String url = "tcp://%s:%s?useEpoll=false".formatted(arguments[0], arguments[1]);
        try (ServerLocator locator = ActiveMQClient.createServerLocator(url);
                ClientSessionFactory factory = locator.createSessionFactory();
                ClientSession session = factory.createSession()) {
            session.createQueue(QueueConfiguration.of(QUEUE).setRoutingType(RoutingType.ANYCAST));
            session.start();
            try (ClientProducer producer = session.createProducer(QUEUE);
                    ClientConsumer consumer = session.createConsumer(QUEUE)) {
                for (int i = 0; i < COUNT; i++) {
                    producer.send(message(session, Pages.bytes(i * 20)));
                }
                for (int i = 0; i < COUNT; i++) {
                    check(consumer.receive(20_000), Pages.bytes(i * 20));
                }
                byte[] big = Pages.bytes(90_000);
                producer.send(message(session, big));
                check(consumer.receive(20_000), big);
            }
        }
        Say.done();
    }

    private static ClientMessage message(ClientSession session, byte[] bytes) {
        ClientMessage message = session.createMessage(false);
        message.getBodyBuffer().writeBytes(bytes);
        return message;
    }

    private static void check(ClientMessage message, byte[] expected) throws ActiveMQException {
        byte[] bytes = new byte[message.getBodyBuffer().readableBytes()];
        message.getBodyBuffer().readBytes(bytes);
        Say.check(Arrays.equals(expected, bytes), expected.length + " bytes through the queue");
        message.acknowledge();
    }
}
