package onload.programs;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;

import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A gRPC client on Netty's NIO transport: ADDRESS PORT. */
public final class GrpcClient {
    private static final int COUNT = 500;

    private GrpcClient() {}

    public static void main(String[] arguments) throws Exception {
        MultiThreadIoEventLoopGroup loops =
                new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        ManagedChannel channel =
                NettyChannelBuilder.forAddress(arguments[0], Integer.parseInt(arguments[1]))
                        .eventLoopGroup(loops)
                        .channelType(NioSocketChannel.class)
                        .usePlaintext()
                        .build();
        for (int i = 0; i < COUNT; i++) {
            byte[] request = Pages.bytes(i * 100);
            byte[] answer =
                    ClientCalls.blockingUnaryCall(
                            channel,
                            Echo.ONE,
                            CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
                            request);
            Say.check(Arrays.equals(request, answer), "the answer is the request");
        }
        stream(channel);
        Say.check(channel.shutdown().awaitTermination(10, TimeUnit.SECONDS), "the channel is shut");
        Say.done();
    }

    private static void stream(ManagedChannel channel) throws InterruptedException {
        AtomicInteger answers = new AtomicInteger();
        CountDownLatch completed = new CountDownLatch(1);
        StreamObserver<byte[]> requests =
                ClientCalls.asyncBidiStreamingCall(
                        channel.newCall(Echo.MANY, CallOptions.DEFAULT),
                        new StreamObserver<byte[]>() {
                            @Override
                            public void onNext(byte[] answer) {
                                Say.check(answer.length == answers.getAndIncrement(), "in order");
                            }

                            @Override
                            public void onError(Throwable error) {
                                throw new IllegalStateException("the stream broke", error);
                            }

                            @Override
                            public void onCompleted() {
                                completed.countDown();
                            }
                        });
        for (int i = 0; i < COUNT; i++) {
            requests.onNext(Pages.bytes(i));
        }
        requests.onCompleted();
        Say.check(completed.await(20, TimeUnit.SECONDS), "the stream is completed");
        Say.check(answers.get() == COUNT, "all are answered");
    }
}
