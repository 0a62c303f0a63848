package onload.ip.router;

import onload.ip.route.Route;

/** Writes nothing down, so that what is measured is not the test. */
final class QuietLink implements RouterLink {
    int routes;

    @Override
    public void solicitRouters(int interfaceIndex, long nowNs) {}

    @Override
    public void routeAdvertised(Route route) {
        routes++;
    }

    @Override
    public void routeWithdrawn(Route route) {
        routes--;
    }

    @Override
    public boolean isFirstHop(
            int interfaceIndex, long high, long low, long routerHigh, long routerLow) {
        return true;
    }

    @Override
    public void hopLimitAdvertised(int interfaceIndex, int hopLimit) {}

    @Override
    public void mtuAdvertised(int interfaceIndex, int mtu) {}

    @Override
    public void reachableTimeAdvertised(int interfaceIndex, long reachableTimeNs) {}

    @Override
    public void retransTimerAdvertised(int interfaceIndex, long retransTimerNs) {}

    @Override
    public void linkLayerAddressHeard(
            int interfaceIndex,
            long high,
            long low,
            long macAddress,
            boolean isRouter,
            long nowNs) {}
}
