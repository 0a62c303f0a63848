package onload.jdk.net;

import onload.jdk.Ground;
import onload.jdk.World;
import onload.jdk.placement.Acceleration;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;

/** How a test gets sockets: of channels, or made by java.net. */
enum Maker {
    ADAPTOR {
        @Override
        Socket socket(World world) throws IOException {
            return world.provider().openSocketChannel().socket();
        }

        @Override
        ServerSocket serverSocket(World world) throws IOException {
            return world.provider().openServerSocketChannel().socket();
        }

        @Override
        DatagramSocket datagramSocket(World world) throws IOException {
            return world.provider().openDatagramChannel().socket();
        }
    },
    SOCKET {
        @Override
        Socket socket(World world) throws IOException {
            return world.ground() == Ground.KERNEL ? new Socket() : new Ours(world.acceleration());
        }

        @Override
        ServerSocket serverSocket(World world) throws IOException {
            return world.ground() == Ground.KERNEL
                    ? new ServerSocket()
                    : new OurServer(world.acceleration());
        }

        @Override
        DatagramSocket datagramSocket(World world) throws IOException {
            return world.ground() == Ground.KERNEL
                    ? new DatagramSocket(null)
                    : new OurDatagrams(world.acceleration());
        }
    };

    abstract Socket socket(World world) throws IOException;

    abstract ServerSocket serverSocket(World world) throws IOException;

    /** Not bound yet. */
    abstract DatagramSocket datagramSocket(World world) throws IOException;

    /** As the factory would make it, but for broadcasts, which java.net permits. */
    private static final class OurDatagrams extends DatagramSocket {
        OurDatagrams(Acceleration acceleration) throws SocketException {
            super(new PlacedDatagramSocket(acceleration));
            setBroadcast(true);
        }
    }

    /** As the factory would make it. */
    private static final class Ours extends Socket {
        Ours(Acceleration acceleration) throws SocketException {
            super(new PlacedSocket(acceleration));
        }
    }

    /** As the factory would make it, and it accepts without one. */
    private static final class OurServer extends ServerSocket {
        private final Acceleration acceleration;

        OurServer(Acceleration acceleration) {
            super(new PlacedServerSocket(acceleration));
            this.acceleration = acceleration;
        }

        @Override
        public Socket accept() throws IOException {
            if (isClosed()) {
                throw new SocketException("Socket is closed");
            }
            if (!isBound()) {
                throw new SocketException("Socket is not bound yet");
            }
            Socket accepted = new Ours(acceleration);
            implAccept(accepted);
            return accepted;
        }
    }
}
