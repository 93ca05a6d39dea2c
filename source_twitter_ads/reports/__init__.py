# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The analytics engine: what may be asked, in which windows, by which jobs, and how a result file becomes rows."""
