#!/usr/bin/env bash
# Netty's HTTP under wrk, on the kernel's sockets and on onload over AF_XDP, over the same pair of veth devices, turn by turn.
# As root, after `mvn -B verify` (or package): modules/onload.programs/src/bench/http.sh [ROUNDS] [SECONDS] [OPTION=VALUE ...]
# Options are those of a stack, such as spin=50us. The namespaces are made and removed here.
set -euo pipefail
cd "$(dirname "$0")/../../../.."
rounds=${1:-5} seconds=${2:-5}
shift $(($# > 2 ? 2 : $#))
options=()
for option in "$@"; do options+=(-O "$option"); done

near=onload-http-near-$$ far=onload-http-far-$$ server=
classes=modules/onload.programs/target/classpath.arguments
[[ -f $classes ]] || { echo "http.sh: $classes is not there; build first" >&2; exit 1; }
export BUILD_ONLOAD=no
java=$(./onload --version | sed -n 's/^Java .*(\(.*\))$/\1\/bin\/java/p')

stop() {
  if [[ -n $server ]]; then
    kill "$server" 2> /dev/null || true
    wait "$server" 2> /dev/null || true
    server=
  fi
}
leave() {
  stop
  ip netns delete "$near" 2> /dev/null || true
  ip netns delete "$far" 2> /dev/null || true
}
trap leave EXIT
ip netns add "$near"
ip netns add "$far"
ip link add veth0 netns "$near" type veth peer name veth1 netns "$far"
ip -n "$near" link set lo up
ip netns exec "$near" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip -n "$far" link set veth1 up
ip -n "$near" link set veth0 up
ip -n "$far" address add 192.0.2.2/24 dev veth1
ip netns exec "$far" ethtool -K veth1 tx off > /dev/null

start() { # KIND
  local command=("$java" -Xmx512m "@$classes" onload.programs.NettyServer 0.0.0.0 8080)
  if [[ $1 == kernel ]]; then
    ip -n "$near" address add 192.0.2.1/24 dev veth0
  else
    ip -n "$near" address flush dev veth0
    command=(./onload run --nic afxdp:veth0 --address 192.0.2.1/24 "${options[@]}" -- "${command[@]}")
  fi
  ip netns exec "$near" "${command[@]}" > "/tmp/onload-http-$$.out" 2>&1 &
  server=$!
  for _ in $(seq 300); do
    grep -q '^ready' "/tmp/onload-http-$$.out" && return
    sleep 0.1
  done
  cat "/tmp/onload-http-$$.out" >&2
  exit 1
}

for round in $(seq "$rounds"); do
  for kind in kernel onload; do
    start "$kind"
    # What the JIT has not seen yet is not measured.
    ip netns exec "$far" wrk -t1 -c32 -d5s http://192.0.2.1:8080/ > /dev/null
    for connections in 1 32 256; do
      ip netns exec "$far" wrk -t1 -c"$connections" -d"${seconds}s" --latency http://192.0.2.1:8080/ |
        awk -v r="$round" -v k="$kind" -v c="$connections" '
          $1 == "50%" { p50 = $2 } $1 == "99%" { p99 = $2 } /Requests\/sec/ { rate = $2 } /Socket errors/ { errors = $0 }
          END { printf "round %d %-6s connections %3d requests/s %9.0f p50 %8s p99 %8s%s\n", r, k, c, rate, p50, p99, errors }'
    done
    stop
  done
done
rm -f "/tmp/onload-http-$$.out"
