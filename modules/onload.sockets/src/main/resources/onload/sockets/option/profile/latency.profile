# For the shortest way of a message. Every thread that waits keeps its core busy, so give each one of its own.

# A thread that waits polls for a tenth of a second before it sleeps: waking up takes longer than all the rest.
spin = 100ms

# Sleeping for the lock costs as much as sleeping for a message.
lock-spin = 100us

# A receiver that answers sends the acknowledgment with its answer; one that does not is seldom in a hurry.
tcp.quick-acks = 0

# A lost segment on a short path is noticed early.
tcp.min-rto = 20ms
