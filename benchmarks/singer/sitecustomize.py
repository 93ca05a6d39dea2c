# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Sends the Singer tap to the emulator: Python imports this file before the tap, whose code stays as it is.

The tap asks v11 of the API at X's own address, both of which stand in its SDK. The host and the version of each url are
replaced where `requests` takes it, so before it is signed. Result files are fetched unsigned, since their host refuses
signatures and the tap would end there. SINGER_BASE_URL names the emulator.
"""

import os
from urllib.parse import urlsplit

import requests

_send = requests.Session.request


def _unsigned(request):
    return request


def _request(session, method, url, *args, **kwargs):
    parts = urlsplit(url)
    if parts.hostname == "ads-api.twitter.com":
        path = "/12/" + parts.path.split("/", 2)[2] + ("?" + parts.query if parts.query else "")
        url = os.environ["SINGER_BASE_URL"] + path
    if parts.path.startswith("/advertiser-api-async-analytics/"):
        kwargs["auth"] = _unsigned
    return _send(session, method, url, *args, **kwargs)


requests.Session.request = _request
