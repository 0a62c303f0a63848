package onload.jdk.channel;

import onload.sockets.Socket;
import onload.sockets.Stack;

import java.nio.channels.SelectableChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * What stands behind a channel, and the keys that want to know of it. Sockets come when the channel is bound or
 * connected, keys when it is registered, in any order. For any thread.
 */
final class Behind {
    /** A stack's socket. */
    record Accelerated(Stack stack, Socket socket) {}

    private final List<Accelerated> sockets = new ArrayList<>();
    private final List<SelectableChannel> channels = new ArrayList<>();
    private final List<OnloadSelectionKey> keys = new ArrayList<>();

    synchronized void add(Stack stack, Socket socket) {
        Accelerated added = new Accelerated(stack, socket);
        sockets.add(added);
        keys.forEach(key -> key.watch(added));
    }

    synchronized void add(SelectableChannel kernel) {
        channels.add(kernel);
        keys.forEach(key -> key.watch(kernel));
    }

    synchronized void remove(SelectableChannel kernel) {
        channels.remove(kernel);
        keys.forEach(key -> key.forget(kernel));
    }

    synchronized void remove(Socket socket) {
        sockets.removeIf(each -> each.socket == socket);
        keys.forEach(key -> key.forget(socket));
    }

    synchronized void register(OnloadSelectionKey key) {
        keys.add(key);
        sockets.forEach(key::watch);
        channels.forEach(key::watch);
    }

    synchronized void deregister(OnloadSelectionKey key) {
        keys.remove(key);
    }

    /**
     * Keys that were cancelled are forgotten by the kernel's selectors now, not when ours are next selected from: until
     * then the kernel's channel could not wait again.
     */
    synchronized void dropCancelled(SelectableChannel kernel) {
        for (OnloadSelectionKey key : keys) {
            if (!key.isValid()) {
                key.forget(kernel);
            }
        }
    }

    /** The channel is in another state, in which the same operations ask for something else. */
    synchronized void changed() {
        keys.forEach(OnloadSelectionKey::refresh);
    }
}
