"""`flask serve`: the web server, and beside it the process for mail and jobs."""

import os

os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:0,muzzy_decay_ms:0,narenas:1")
"""How granian's allocator, jemalloc, hands out memory; it reads this when granian is loaded.

By itself it keeps what it freed for ten seconds, and for ever in a process at rest: after pages of 2,000 people a web worker kept 28 MB.
"""
