# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Tables join, whatever `start_date` is: no row names an entity that X has and its table lacks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integration_tests.connector import GLOBAL_LISTS, Output, Record, run
from integration_tests.entities import expected
from tools.discovered import Json, sample_config, streams
from tools.erd import Relation, relations
from x_ads_emulator.client import Emulator

DISCOVERED = streams({**sample_config(), "reports": []})
#: Every foreign key of docs/erd.md, but those of Tweets: `start_date` bounds these, as it bounds reports.
RELATIONS = [relation for relation in relations(DISCOVERED) if relation.target != "tweets"]


@pytest.fixture(scope="module")
def synced(demo: Emulator) -> Output:
    """All streams and reports, from yesterday on."""
    yesterday = (demo.world.now() - timedelta(days=1)).date().isoformat()
    catalog: Json = {
        "streams": [
            {"stream": stream, "sync_mode": stream["supported_sync_modes"][-1], "destination_sync_mode": "append"}
            for stream in DISCOVERED
        ]
    }
    output = run("read", demo.config(yesterday), catalog=catalog)
    assert (output.exit_code, output.errors) == (0, [])
    return output


def values(rows: list[Record], field: str) -> set[str]:
    return {row[field] for row in rows if row.get(field) is not None}


@pytest.mark.parametrize("relation", RELATIONS, ids=lambda one: f"{one.stream}.{one.field}-{one.target}")
def test_given_yesterday_as_start_when_joined_then_each_reference_has_its_row(
    demo: Emulator, synced: Output, relation: Relation
) -> None:
    named = values(synced.records[relation.stream], relation.field)
    assert named or relation.field == "card_uri", "a stream without references proves nothing"
    at_x = values(expected(demo.world, relation.target), relation.target_field)
    assert named & at_x <= values(synced.records[relation.target], relation.target_field)
    # Some records of X's documents name media or cards that no other document has.
    assert not named - at_x or relation.optional


def test_given_yesterday_as_start_when_read_then_entities_are_complete(demo: Emulator, synced: Output) -> None:
    entities = [stream["name"] for stream in DISCOVERED if not stream["name"].endswith("_report")]
    for stream in {*entities} - {*GLOBAL_LISTS, "tweets"}:
        assert len(synced.records[stream]) == len(expected(demo.world, stream)), stream


def test_given_yesterday_as_start_when_read_then_tweets_and_reports_begin_there(demo: Emulator, synced: Output) -> None:
    yesterday = (demo.world.now() - timedelta(days=1)).date()
    dates = {row["date"] for name in synced.records if name.endswith("_report") for row in synced.records[name]}
    assert min(dates) == yesterday.isoformat()
    published = [row for row in synced.records["tweets"] if row["tweet_type"] == "PUBLISHED"]
    assert all(row["created_at"] >= f"{yesterday}T00:00:00Z" for row in published)
