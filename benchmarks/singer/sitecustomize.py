# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Sends the Singer tap to the emulator: Python imports this file before the tap, whose code stays as it is.

The tap's SDK has v11 and X's own address built in. This file replaces host and version in each url that `requests`
gets, before the url is signed. It fetches result files unsigned, since their host refuses signatures and the tap would
end there. SINGER_BASE_URL names the emulator.
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
