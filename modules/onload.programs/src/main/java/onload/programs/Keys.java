package onload.programs;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** TLS with a self-signed key, which both sides know from one file. */
final class Keys {
    /** Of the file and of the key. */
    private static final String PASSWORD = "changeit";

    private Keys() {}

    /** {@return a context that has the key of a PKCS 12 file, and trusts nothing but it} */
    static SSLContext context(String file) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(Path.of(file).toFile(), PASSWORD.toCharArray());
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD.toCharArray());
        // A key entry is not trusted as such; its certificate is.
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        for (String alias : java.util.Collections.list(store.aliases())) {
            trusted.setCertificateEntry(alias, store.getCertificate(alias));
        }
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }
}
