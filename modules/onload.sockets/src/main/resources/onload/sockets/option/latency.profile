# For the shortest time from the wire to the program and back, on CPUs that have nothing else to do.

# A thread that sleeps is woken in some 5 to 50 us, so calls poll for as long as a conversation pauses.
spin = 100ms

# The holder of the lock polls too and is quick: to wait for it is shorter than to sleep.
lock-spin = 100us

# Small batches: what came first does not wait for the rest of a burst.
poll-events = 16

# An acknowledgment without data costs time that an answer could have.
tcp.quick-acks = 0
