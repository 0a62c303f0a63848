package onload.programs;

import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;

import java.net.InetSocketAddress;

/** A gRPC server on Netty's NIO transport: ADDRESS PORT. */
public final class GrpcServer {
    private GrpcServer() {}

    public static void main(String[] arguments) throws Exception {
        MultiThreadIoEventLoopGroup loops =
                new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
        Server server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1])))
                        .bossEventLoopGroup(loops)
                        .workerEventLoopGroup(loops)
                        .channelType(NioServerSocketChannel.class)
                        .addService(
                                ServerServiceDefinition.builder(Echo.SERVICE)
                                        .addMethod(
                                                Echo.ONE,
                                                ServerCalls.asyncUnaryCall(GrpcServer::one))
                                        .addMethod(
                                                Echo.MANY,
                                                ServerCalls.asyncBidiStreamingCall(
                                                        GrpcServer::many))
                                        .build())
                        .build()
                        .start();
        Say.ready(server.getPort());
        server.awaitTermination();
    }

    private static void one(byte[] request, StreamObserver<byte[]> answer) {
        answer.onNext(request);
        answer.onCompleted();
    }

    /** Sends back each message, and completes when the client does. */
    private static StreamObserver<byte[]> many(StreamObserver<byte[]> answers) {
        return answers;
    }
}
