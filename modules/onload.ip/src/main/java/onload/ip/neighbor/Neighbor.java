package onload.ip.neighbor;

/** PLACEHOLDER, to be replaced by the neighbour's own change. */
public final class Neighbor {
    /** Makes one. */
    public Neighbor() {}
}
