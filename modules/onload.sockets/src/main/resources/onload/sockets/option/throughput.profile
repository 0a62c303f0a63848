# For many connections and much data, on CPUs that the program shares with the stack.

# Enough to meet the next packet of a burst; not so much that polling takes the CPU from the program.
spin = 20us

# Large batches: one lock and one doorbell for many packets.
poll-events = 256
defer-limit = 200

# A sender that prepares its packet before it tries the lock holds the lock for a shorter time.
send-unlocked-threshold = 0

# 256 MiB of packets for bursts of many connections, on huge pages if there are some: it fits few entries of the TLB.
packets = 131072
huge-pages = if-available
unlocked-packets = 2048
max-sockets = 1048576

# A connection over a long path needs as much as is under way: 16 MiB are 1 Gbit/s at 130 ms.
tcp.max-send-buffer = 16m
tcp.max-receive-buffer = 16m
tcp.max-syn-backlog = 65536
udp.receive-queue = 2m
