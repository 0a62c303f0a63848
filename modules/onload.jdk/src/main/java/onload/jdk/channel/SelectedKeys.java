package onload.jdk.channel;

import java.nio.channels.SelectionKey;
import java.util.AbstractSet;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;

/** Selected keys: programs take keys out, only the selector puts them in. Not synchronised, as that of the JDK. */
final class SelectedKeys extends AbstractSet<SelectionKey> {
    private final Set<SelectionKey> keys = new HashSet<>();

    /** {@return whether it was not there} */
    boolean addKey(SelectionKey key) {
        return keys.add(key);
    }

    void removeKey(SelectionKey key) {
        keys.remove(key);
    }

    @Override
    public boolean remove(Object key) {
        return keys.remove(key);
    }

    @Override
    public boolean contains(Object key) {
        return keys.contains(key);
    }

    @Override
    public Iterator<SelectionKey> iterator() {
        return keys.iterator();
    }

    @Override
    public int size() {
        return keys.size();
    }

    @Override
    public void clear() {
        keys.clear();
    }
}
