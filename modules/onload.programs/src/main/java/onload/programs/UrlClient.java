package onload.programs;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;

import javax.net.ssl.HttpsURLConnection;

/** HttpURLConnection, which is java.net.Socket: URL COUNT, and KEYSTORE for HTTPS, which is SSLSocket. */
public final class UrlClient {
    private UrlClient() {}

    public static void main(String[] arguments) throws Exception {
        URL url = URI.create(arguments[0]).toURL();
        if (arguments.length > 2) {
            HttpsURLConnection.setDefaultSSLSocketFactory(
                    Keys.context(arguments[2]).getSocketFactory());
        }
        for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
            HttpURLConnection connection = open(url);
            try (InputStream in = connection.getInputStream()) {
                Say.line(connection.getResponseCode() + " " + Pages.sha256(in.readAllBytes()));
            }
        }
        Say.done();
    }

    private static HttpURLConnection open(URL url) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) url.openConnection();
        connection.setConnectTimeout(10_000);
        connection.setReadTimeout(20_000);
        return connection;
    }
}
