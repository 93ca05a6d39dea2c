# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The data that the emulator serves: documented example records plus generated volume."""
