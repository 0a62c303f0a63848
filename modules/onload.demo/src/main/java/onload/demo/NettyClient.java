package onload.demo;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** An HTTP client of Netty with one connection. */
final class NettyClient implements Client {
    private static final int LONGEST = 1 << 16;

    private final EventLoopGroup threads =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final BlockingQueue<Boolean> answers = new ArrayBlockingQueue<>(1);
    private final String host;
    private final Channel channel;

    NettyClient(InetSocketAddress server) throws InterruptedException {
        host = server.getAddress().getHostAddress();
        channel =
                new Bootstrap()
                        .group(threads)
                        .channel(NioSocketChannel.class)
                        .handler(
                                new ChannelInitializer<SocketChannel>() {
                                    @Override
                                    protected void initChannel(SocketChannel opened) {
                                        opened.pipeline()
                                                .addLast(
                                                        new HttpClientCodec(),
                                                        new HttpObjectAggregator(LONGEST),
                                                        new Reading());
                                    }
                                })
                        .connect(server)
                        .sync()
                        .channel();
    }

    /** Hands each answer to the thread that asked. */
    private final class Reading extends SimpleChannelInboundHandler<FullHttpResponse> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
            answers.add(
                    Answer.is(response.status().code(), ByteBufUtil.getBytes(response.content())));
        }
    }

    @Override
    public boolean ask() throws IOException, InterruptedException {
        DefaultFullHttpRequest request =
                new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
        request.headers().set(HttpHeaderNames.HOST, host);
        var _ = channel.writeAndFlush(request);
        Boolean answer = answers.poll(30, TimeUnit.SECONDS);
        if (answer == null) {
            throw new IOException("no answer within 30 s");
        }
        return answer;
    }

    @Override
    public void close() {
        channel.close().syncUninterruptibly();
        threads.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
