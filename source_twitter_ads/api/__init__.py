# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""How the connector talks to X: signing, errors, waiting, and the ad accounts that a token can see."""
