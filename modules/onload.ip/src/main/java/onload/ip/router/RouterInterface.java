package onload.ip.router;

import java.util.random.RandomGenerator;

/** What routers have said on the link of one interface. */
final class RouterInterface {
    final int interfaceIndex;
    final Solicitation solicitation;

    /** Default routers by address, whose number is 0. */
    final ExpiringList routers;

    /** Prefixes on the link, whose number is their length. */
    final ExpiringList prefixes;

    /** DNS servers by address, whose number is 0. */
    final ExpiringList servers;

    boolean up;
    boolean acceptAdvertisements;
    boolean autoconfigure;
    long macAddress;
    int linkMtu;

    /** What was advertised last and told, 0 for nothing. */
    int hopLimit;

    int mtu;
    long reachableTimeNs;
    long retransTimerNs;

    RouterInterface(int interfaceIndex, RouterOptions options, RandomGenerator random) {
        this.interfaceIndex = interfaceIndex;
        solicitation = new Solicitation(options.maximumSolicitations(), random);
        routers = new ExpiringList(options.maximumRouters());
        prefixes = new ExpiringList(options.maximumPrefixes());
        servers = new ExpiringList(options.maximumServers());
    }

    void forgetParameters() {
        hopLimit = 0;
        mtu = 0;
        reachableTimeNs = 0;
        retransTimerNs = 0;
    }

    long nextDeadlineNs() {
        return Math.min(
                Math.min(solicitation.nextDeadlineNs(), servers.nextDeadlineNs()),
                Math.min(routers.nextDeadlineNs(), prefixes.nextDeadlineNs()));
    }
}
