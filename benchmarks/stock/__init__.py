# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""A low-code connector of the line items, built from stock CDK components."""
