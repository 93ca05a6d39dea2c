# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The HTTP side: server, signatures, parameters, limits, faults and the request log."""
