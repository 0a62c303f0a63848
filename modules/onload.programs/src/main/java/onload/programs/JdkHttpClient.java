package onload.programs;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The JDK's HttpClient: URL COUNT, and KEYSTORE for HTTPS. It fetches one after the other, then all at once. */
public final class JdkHttpClient {
    private JdkHttpClient() {}

    public static void main(String[] arguments) throws Exception {
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofSeconds(10));
        if (arguments.length > 2) {
            builder.sslContext(Keys.context(arguments[2]));
        }
        try (HttpClient client = builder.build()) {
            fetch(client, URI.create(arguments[0]), Integer.parseInt(arguments[1]));
        }
        Say.done();
    }

    private static void fetch(HttpClient client, URI uri, int count) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build();
        for (int i = 0; i < count; i++) {
            say(client.send(request, BodyHandlers.ofByteArray()));
        }
        List<CompletableFuture<HttpResponse<byte[]>>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(client.sendAsync(request, BodyHandlers.ofByteArray()));
        }
        for (CompletableFuture<HttpResponse<byte[]>> each : all) {
            say(each.get());
        }
    }

    private static void say(HttpResponse<byte[]> response) {
        Say.line(response.statusCode() + " " + Pages.sha256(response.body()));
    }
}
