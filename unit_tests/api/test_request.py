# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What a request's url says about its endpoint, its account and its host."""

from __future__ import annotations

import pytest

from source_twitter_ads.api.request import ApiRequest, endpoint_of
from unit_tests.api.tiny_server import CONTEXT

API = "https://ads-api.x.com/12"


@pytest.mark.parametrize(
    ("method", "url", "endpoint", "account_id"),
    [
        ("GET", f"{API}/accounts", "GET /12/accounts", None),
        ("GET", f"{API}/accounts/18ce54d4x5t/campaigns", "GET /12/accounts/:id/campaigns", "18ce54d4x5t"),
        ("GET", f"{API}/accounts/1e5", "GET /12/accounts/:id", "1e5"),
        ("POST", f"{API}/stats/jobs/accounts/a", "POST /12/stats/jobs/accounts/:id", "a"),
        ("DELETE", f"{API}/stats/jobs/accounts/a/1", "DELETE /12/stats/jobs/accounts/:id/:job", "a"),
        ("GET", f"{API}/targeting_criteria/languages", "GET /12/targeting_criteria/languages", None),
        ("GET", "https://ton.twimg.com/x/y.json.gz", "GET ton.twimg.com", None),
    ],
)
def test_given_a_url_when_named_then_the_endpoint_has_no_ids(
    method: str, url: str, endpoint: str, account_id: str | None
) -> None:
    request = ApiRequest(method, url, CONTEXT, 1.0, 1.0)
    assert (endpoint_of(method, url), request.endpoint, request.account_id) == (endpoint, endpoint, account_id)


def test_given_a_request_when_shown_then_its_query_is_not() -> None:
    request = ApiRequest("GET", "http://127.0.0.1:8080/12/accounts?cursor=x", CONTEXT, 1.0, 1.0)
    assert (str(request), request.host) == ("GET /12/accounts", "127.0.0.1:8080")
