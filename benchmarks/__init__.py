# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""`make bench`: how fast the connector is beside its peers and beside the least that any client must do."""
