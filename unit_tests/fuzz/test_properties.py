# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Rules that hold for every configuration, state and order of records."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone
from typing import Any

from airbyte_cdk.sources.message import InMemoryMessageRepository
from airbyte_cdk.sources.types import StreamSlice
from hypothesis import given
from hypothesis import strategies as st

from source_twitter_ads.configuration import Settings, normalise
from source_twitter_ads.configuration.validate import problems
from source_twitter_ads.engine.bookmarks import BookmarkCursor
from source_twitter_ads.engine.listing import NewestFirst
from source_twitter_ads.engine.page import Page
from source_twitter_ads.reports.cursor import ReportCursor

NOW = datetime(2026, 6, 30, tzinfo=timezone.utc)
KEYS = [
    *("consumer_key", "start_date", "end_date", "account_ids", "country_codes", "with_deleted", "sandbox", "reports"),
    *("page_size", "num_workers", "base_url", "attribution_window", "user_agent", "unknown"),
]
VALUE = st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.lists(st.text(max_size=5), max_size=3)
CONFIG = st.dictionaries(
    st.sampled_from(KEYS), VALUE | st.lists(st.dictionaries(st.text(max_size=8), VALUE), max_size=2)
)
TIMES = st.integers(0, 40).map(lambda n: (NOW + timedelta(days=n)).strftime("%Y-%m-%dT%H:%M:%SZ"))


class Partition:
    """A partition with what a cursor uses of it."""

    def __init__(self, stream_slice: StreamSlice) -> None:
        self._slice = stream_slice

    def to_slice(self) -> StreamSlice:
        return self._slice


class TestConfiguration:
    @given(CONFIG)
    def test_given_any_configuration_when_normalised_twice_then_once_was_enough(self, config: dict[str, Any]) -> None:
        once = normalise(config)
        assert normalise(once) == once

    @given(CONFIG)
    def test_given_any_configuration_when_validated_then_it_is_refused_or_can_be_used(
        self, config: dict[str, Any]
    ) -> None:
        before = json.dumps(config)
        normalised = normalise(config)
        assert json.dumps(config) == before
        sentences = list(problems(normalised, NOW))
        assert all(sentence.endswith(".") for sentence in sentences)
        if not sentences:
            assert hash(Settings.from_config(normalised))

    @given(
        st.lists(st.text(alphabet="abc123", min_size=1, max_size=6), min_size=1, unique=True),
        st.sampled_from([",", ", ", " ", " ,"]),
    )
    def test_given_account_ids_as_one_text_when_normalised_then_they_are_the_list(
        self, ids: list[str], separator: str
    ) -> None:
        assert normalise({"account_ids": separator.join(ids)})["account_ids"] == ids


class TestBookmarks:
    @given(
        st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.lists(TIMES, max_size=3), st.booleans()), max_size=8)
    )
    def test_given_partitions_in_any_order_when_resumed_then_complete_ones_set_bookmarks(
        self, reads: list[tuple[str, list[str], bool]]
    ) -> None:
        cursor = BookmarkCursor("campaigns", "updated_at", {}, InMemoryMessageRepository())
        wanted: dict[str, str] = {}
        closed: set[str] = set()
        for account, newest, completes in reads:
            if account in closed:
                continue
            partition = StreamSlice(partition={"account_id": account}, cursor_slice={})
            for moment in newest:
                cursor.observe(Page("campaigns", [{"updated_at": moment}], partition, moment))
            closed.add(account)
            if completes:
                cursor.close_partition(Partition(partition))  # type: ignore[arg-type]
                wanted.update({account: max(newest)} if newest else {})
        again = BookmarkCursor(
            "campaigns", "updated_at", json.loads(json.dumps(cursor.state)), InMemoryMessageRepository()
        )
        assert again.state == cursor.state
        for account in "abc":
            assert again.bookmark({"account_id": account}) == wanted.get(account)

    @given(TIMES, TIMES)
    def test_given_a_bookmark_when_an_older_one_is_read_then_it_never_moves_back(self, first: str, second: str) -> None:
        entry = {"partition": {"account_id": "a"}, "cursor": {"updated_at": first}}
        cursor = BookmarkCursor("campaigns", "updated_at", {"states": [entry]}, InMemoryMessageRepository())
        partition = StreamSlice(partition={"account_id": "a"}, cursor_slice={})
        cursor.observe(Page("campaigns", [{"updated_at": second}], partition, second))
        cursor.close_partition(Partition(partition))  # type: ignore[arg-type]
        assert cursor.bookmark({"account_id": "a"}) == max(first, second)


@given(st.permutations(range(6)), st.integers(0, 6))
def test_given_windows_in_any_order_when_resumed_then_no_gap_precedes_the_bookmark(order: list[int], done: int) -> None:
    cursor = ReportCursor("lines", "date", {}, InMemoryMessageRepository())
    reach = [datetime(2026, 1, 1, tzinfo=timezone.utc) + timedelta(days=30 * (one + 1)) for one in range(6)]
    cursor.begin("a", reach)
    for position in order[:done]:
        cursor.close_window("a", position)
    again = ReportCursor("lines", "date", json.loads(json.dumps(cursor.state)), InMemoryMessageRepository())
    gap = next((position for position in range(6) if position not in order[:done]), 6)
    assert again.bookmark("a") == (reach[gap - 1] if gap else None)


class TestNewestFirst:
    @given(
        st.lists(st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 9)).map(str), max_size=30),
        st.integers(1, 5),
        st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 9)).map(str),
        st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 9)).map(str),
        st.booleans(),
    )
    def test_given_any_records_when_cut_then_those_within_bounds_or_without_a_date_come(
        self, moments: list[str | None], size: int, since: str | None, until: str | None, shuffled: bool
    ) -> None:
        if not shuffled:
            # X puts records without a date last.
            moments = sorted(moments, key=lambda moment: moment or "", reverse=True)
        records: list[dict[str, Any]] = [{"n": n, "at": moment} for n, moment in enumerate(moments)]
        bounds = NewestFirst(
            "campaigns", lambda records: [record["at"] for record in records], since, until, lambda: "2026-01-10"
        )
        kept: list[dict[str, Any]] = []
        newest: list[str] = []
        ended = False
        for first in range(0, len(records), size):
            page, latest, ended = bounds.cut(records[first : first + size])
            kept += page
            newest += [latest] if latest else []
            if ended:
                break
        inside = [r for r in records if r["at"] is None or ((since or "") <= r["at"] <= (until or "9"))]
        dated = [record["at"] for record in inside if record["at"]]
        if not shuffled:
            assert [r for r in kept if r["at"]] == [r for r in inside if r["at"]]
            assert ended or kept == inside
            assert max(newest, default=None) == max(dated, default=None)
        else:
            assert {r["n"] for r in kept} <= {r["n"] for r in inside}
            assert max(newest, default=None) == max([r["at"] for r in kept if r["at"]], default=None)
