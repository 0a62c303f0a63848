/**
 * Routes: by which interface and over which gateway a destination is reached, from which address of ours, and how long
 * a packet may be on the way there.
 *
 * <p>Three questions, asked in this order when a packet goes to a destination for the first time, and again whenever
 * an answer may have changed:
 *
 * <ul>
 *   <li>the {@link onload.ip.route.RoutingTable} says which {@link onload.ip.route.Route} leads there. It knows neither
 *       which interfaces are up nor which routers answer and asks for both through {@link
 *       onload.ip.route.InterfaceStates}. Its {@link onload.ip.route.RoutingTable#version} says when answers are out
 *       of date;
 *   <li>{@link onload.ip.route.SourceAddressSelection} says which of this host's addresses to send from, if neither the
 *       sender nor the route does;
 *   <li>the {@link onload.ip.route.PathMtuCache} says whether routers on the way have asked for shorter packets, and
 *       tells a {@link onload.ip.route.PathMtuListener} when they ask, and when what they said has aged.
 * </ul>
 *
 * <p>Nothing here sends or receives. Whoever makes routes (a person, the mirror of the kernel's, router discovery,
 * redirects) adds them to the one table with an {@link onload.ip.route.RouteOrigin}, by which they can be found and
 * removed again.
 */
@NullMarked
package onload.ip.route;

import org.jspecify.annotations.NullMarked;
