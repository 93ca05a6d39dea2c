# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Result files: where they may lie, and how they arrive whole (docs/x-ads-api.md §1, §7.2)."""

from __future__ import annotations

import gzip

import pytest

from source_twitter_ads.api.errors import ApiFailure
from unit_tests.api.tiny_server import CONTEXT, Reply, Server, client, fetched


@pytest.mark.timeout(30)
class TestDownload:
    FILE = gzip.compress(b'{"data": []}')

    def test_given_a_result_file_of_the_own_host_when_fetched_then_no_signature_goes_with_it(
        self, server: Server
    ) -> None:
        server.replies(Reply(200, self.FILE))
        got = fetched(client(server), f"{server.url}/advertiser-api-async-analytics/x.json.gz?a=b")
        assert got in (self.FILE, gzip.decompress(self.FILE))
        assert "authorization" not in server.seen[0]["headers"]
        assert server.seen[0]["path"].endswith("?a=b")

    def test_given_a_result_file_below_the_versioned_path_when_fetched_then_it_is_signed(self, server: Server) -> None:
        server.replies(Reply(200, self.FILE))
        fetched(client(server), f"{server.url}/12/stats/x.json.gz")
        assert "authorization" in server.seen[0]["headers"]

    @pytest.mark.parametrize("status", [404, 426, 500])
    def test_given_a_file_that_is_late_when_fetched_then_it_is_asked_for_again(
        self, server: Server, status: int
    ) -> None:
        server.replies(Reply(status, b""), Reply(200, self.FILE))
        fetched(client(server, outage_timeout=10), f"{server.url}/r/x.json.gz")
        assert len(server.seen) == 2

    @pytest.mark.parametrize(
        "url",
        [
            "https://evil.example/x.json.gz",
            "https://ton.twimg.com.evil.example/x",
            "https://ton.twimg.com@evil.example/x",
            "http://ton.twimg.com/x",
            "file:///etc/passwd",
            "https://[broken",
            "",
        ],
    )
    def test_given_a_file_at_an_unknown_place_when_named_then_it_is_not_fetched(self, server: Server, url: str) -> None:
        with pytest.raises(ApiFailure, match="unknown"):
            client(server).file_request(url, CONTEXT)
        assert server.seen == []

    def test_given_a_damaged_file_when_fetched_then_it_is_asked_for_again(self, server: Server) -> None:
        server.replies(Reply(200, self.FILE[:-4]), Reply(200, self.FILE))
        fetched(client(server, outage_timeout=10), f"{server.url}/r/x.json.gz")
        assert len(server.seen) == 2
