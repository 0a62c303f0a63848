# Conservative in everything: for a first trial, for machines with few CPUs, and to find out whether a setting is
# to blame for what is seen.
# Values that are the defaults stand here too, so that they win over a profile that was given before.

# Nothing polls; the helper takes over soon.
drive = shared
spin = 0
lock-spin = 0
helper-bound = 500us
dedicated-cpu = -1
defer-limit = 32
poll-events = 64

# Ordinary pages are always there.
huge-pages = never

# No connection takes the packets of the others: buffers stay as they are at first.
tcp.max-send-buffer = 256k
tcp.max-receive-buffer = 128k

# A retransmission timeout as RFC 6298, rule 2.4, has it; shorter ones send twice what is only late.
tcp.min-rto = 1s
tcp.syn-cookies = on
tcp.timestamps = on
tcp.selective-acknowledgments = on

# An address is asked for before it is used.
duplicate-address-detection = 1

# Others can see what happened.
dump = on
