# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
