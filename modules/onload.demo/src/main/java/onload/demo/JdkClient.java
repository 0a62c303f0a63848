package onload.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** The JDK's own HTTP client. */
final class JdkClient implements Client {
    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(10))
                    .build();
    private final HttpRequest request;

    JdkClient(InetSocketAddress server) {
        request =
                HttpRequest.newBuilder(
                                URI.create(
                                        "http://%s:%d/"
                                                .formatted(
                                                        server.getAddress().getHostAddress(),
                                                        server.getPort())))
                        .timeout(Duration.ofSeconds(30))
                        .build();
    }

    @Override
    public boolean ask() throws IOException, InterruptedException {
        HttpResponse<byte[]> response =
                client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        return Answer.is(response.statusCode(), response.body());
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}
