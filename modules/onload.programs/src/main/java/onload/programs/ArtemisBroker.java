package onload.programs;

import org.apache.activemq.artemis.api.core.TransportConfiguration;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.remoting.impl.netty.NettyAcceptorFactory;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;

import java.util.Map;
import java.util.Set;

/** An Artemis broker without a disk, on Netty's NIO transport: ADDRESS PORT. */
public final class ArtemisBroker {
    private ArtemisBroker() {}

    public static void main(String[] arguments) throws Exception {
        Map<String, Object> transport =
                Map.of("host", arguments[0], "port", arguments[1], "useEpoll", "false");
        Configuration configuration =
                new ConfigurationImpl()
                        .setPersistenceEnabled(false)
                        .setSecurityEnabled(false)
                        .setAcceptorConfigurations(
                                Set.of(
                                        new TransportConfiguration(
                                                NettyAcceptorFactory.class.getName(), transport)));
        EmbeddedActiveMQ broker = new EmbeddedActiveMQ();
        broker.setConfiguration(configuration);
        broker.start();
        Say.ready(Integer.parseInt(arguments[1]));
        Say.serveForever();
    }
}
