# For many connections and much data on few cores.

# A short poll catches what is just coming; longer ones take the core from others.
spin = 20us

# Batches cost less for each packet.
poll-events = 256

# Room for what is on its way, on pages that the TLB can hold.
packets = 65536
unlocked-packets = 1024
max-sockets = 1048576
tcp.max-flows = 1048576

# Windows that fill long paths.
tcp.send-buffer = 1m
tcp.receive-buffer = 512k
