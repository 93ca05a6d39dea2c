# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The analytics half of the emulator: active entities, jobs, result files and corrections (docs/x-ads-api.md §7)."""
