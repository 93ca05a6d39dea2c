# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A stock low-code connector of the line items, as the CDK's own components make it."""
