package onload.programs;

import io.grpc.MethodDescriptor;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The methods of a gRPC service that sends back what it gets; messages are bytes, so that nothing is generated. */
final class Echo {
    static final String SERVICE = "onload.Echo";
    static final MethodDescriptor<byte[], byte[]> ONE =
            method("One", MethodDescriptor.MethodType.UNARY);
    static final MethodDescriptor<byte[], byte[]> MANY =
            method("Many", MethodDescriptor.MethodType.BIDI_STREAMING);

    private Echo() {}

    private static MethodDescriptor<byte[], byte[]> method(
            String name, MethodDescriptor.MethodType type) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
