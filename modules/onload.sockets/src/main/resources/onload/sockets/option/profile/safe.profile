# For programs of which nothing is known: what the kernel would do, at some cost.

# Nobody polls: a thread that waits sleeps.
spin = 0

# Nothing is left for others to do; who sends has sent when the call returns.
defer-limit = 0

# A network that does not know about an option does not have to.
tcp.initial-rto = 1s
tcp.min-rto = 200ms

# Connections give up as late as the kernel's.
tcp.retries = 15
