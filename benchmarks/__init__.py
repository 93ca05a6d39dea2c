# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""`make bench`: the connector's speed beside its peers and beside minimal clients."""
