# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How records leave the process: pages, cursors, and the way from a worker thread to standard output."""
