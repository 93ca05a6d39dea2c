# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Through PyAirbyte into DuckDB, twice: types, deduplication and state as a user of PyAirbyte meets them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

# PyAirbyte reads these when it is imported.
os.environ.update(AIRBYTE_OFFLINE_MODE="1", DO_NOT_TRACK="1", NO_LIVE_PROGRESS="1")
ab = pytest.importorskip("airbyte", reason="PyAirbyte is not installed (make demo-install)")
duckdb = pytest.importorskip("duckdb")

from x_ads_emulator.client import Emulator  # noqa: E402  # the skips above come first
from x_ads_emulator.world.spec import AccountSpec, WorldSpec  # noqa: E402

pytestmark = [pytest.mark.demo, pytest.mark.filterwarnings("ignore::FutureWarning")]

FIRST, SECOND = "1first", "2second"
NOW = "2026-06-30T12:00:00Z"
CHANGED_AT = "2026-06-30T12:00:05Z"
REPORT = "campaigns_daily_report"
STREAMS = ["accounts", "campaigns", "tailored_audiences", "targeting_languages", REPORT]
KEYS = {
    "accounts": "id",
    "campaigns": "id",
    "tailored_audiences": "account_id, id",
    "targeting_languages": "targeting_value",
    REPORT: "account_id, entity_id, placement, date",
}


@dataclass
class Sync:
    """The database after a sync, and the cost of the sync.

    Attributes:
        rows: rows per table.
        read: records that the connector sent.
        requests: entity requests by path.
    """

    rows: dict[str, int]
    read: int
    requests: dict[str, int]


@dataclass
class Story:
    """Two syncs into one database, between which a campaign was renamed and another one made."""

    emulator: Emulator
    database: Path
    renamed: str
    first: Sync
    second: Sync

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            rows: list[tuple[Any, ...]] = connection.execute(sql).fetchall()
        return rows

    def types(self, table: str) -> dict[str, str]:
        """Column name → DuckDB type."""
        return {name: kind for name, kind, *_ in self.query(f"DESCRIBE {table}")}


def _world() -> WorldSpec:
    activity = {"from": "2026-06-20", "to": "2026-06-30", "share": 1.0}
    volumes = {"campaigns": 8, "tailored_audiences": 3, "funding_instruments": 1, "promotable_users": 1}
    accounts = [
        AccountSpec(account_id, volumes=volumes, examples=False, activity=activity) for account_id in (FIRST, SECOND)
    ]
    return WorldSpec(accounts=accounts, now=NOW, globals={"targeting_languages": 5})


def _sync(emulator: Emulator, database: Path, workspace: Path) -> Sync:
    emulator.reset_log()
    config = emulator.config(start_date="2020-01-01", end_date="2026-06-30T13:00:00Z", attribution_window=0)
    source = ab.get_source(
        "source-twitter-ads",
        config=config,
        local_executable=Path(sys.executable).parent / "source-twitter-ads",
        streams=STREAMS,
    )
    with ab.DuckDBCache(db_path=database, cache_dir=workspace) as cache:
        result = source.read(cache)
        rows = {stream: len(result[stream]) for stream in STREAMS}
    requests: dict[str, int] = {}
    for request in emulator.requests():
        requests[request["path"]] = requests.get(request["path"], 0) + 1
    return Sync(rows, result.processed_records, requests)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("pyairbyte")
    database = folder / "ads.duckdb"
    with Emulator.start(_world(), settings={"rate_limit": "off"}) as emulator:
        first = _sync(emulator, database, folder / "loading")
        campaign = next(
            row for row in emulator.world.records("campaigns", FIRST) if row.get("updated_at") and not row["deleted"]
        )
        change = {"stream": "campaigns", "account_id": FIRST}
        emulator.mutate(
            {**change, "op": "touch", "id": campaign["id"], "updated_at": CHANGED_AT, "fields": {"name": "renamed"}}
        )
        new = {**campaign, "id": "brandnew", "name": "new", "created_at": CHANGED_AT, "updated_at": CHANGED_AT}
        emulator.mutate({**change, "op": "upsert", "record": new})
        second = _sync(emulator, database, folder / "loading")
        yield Story(emulator, database, campaign["id"], first, second)
        assert emulator.stderr() == ""


def test_given_a_first_sync_when_done_then_tables_hold_the_emulators_rows(story: Story) -> None:
    campaigns = sum(len(story.emulator.world.visible("campaigns", a, with_deleted=True)) for a in (FIRST, SECOND)) - 1
    assert story.first.rows["accounts"] == 2
    assert story.first.rows["campaigns"] == campaigns
    assert story.first.rows["targeting_languages"] == 5
    assert story.first.rows[REPORT] > 0


def test_given_entities_when_loaded_then_columns_have_the_types_of_the_schema(story: Story) -> None:
    types = story.types("campaigns")
    wanted = {
        "id": "VARCHAR",
        "account_id": "VARCHAR",
        "daily_budget_amount_local_micro": "BIGINT",
        "servable": "BOOLEAN",
        "updated_at": "TIMESTAMP",
        "reasons_not_servable": "JSON",
    }
    assert {name: types[name] for name in wanted} == wanted


def test_given_a_report_when_loaded_then_columns_have_the_types_of_the_schema(story: Story) -> None:
    types = story.types(REPORT)
    wanted = {"entity_id": "VARCHAR", "date": "DATE", "impressions": "BIGINT", "billed_charge_local_micro": "BIGINT"}
    assert {name: types[name] for name in wanted} == wanted


def test_given_integers_beyond_2_53_when_loaded_then_every_digit_is_there(story: Story) -> None:
    wanted = {
        (row["id"], row["daily_budget_amount_local_micro"])
        for account_id in (FIRST, SECOND)
        for row in story.emulator.world.visible("campaigns", account_id, with_deleted=True)
    }
    assert max(budget for _, budget in wanted if budget is not None) > 2**53
    assert set(story.query("SELECT id, daily_budget_amount_local_micro FROM campaigns")) == wanted


@pytest.mark.parametrize("stream", STREAMS)
def test_given_records_read_again_when_loaded_then_each_primary_key_is_there_once(story: Story, stream: str) -> None:
    assert story.query(f"SELECT {KEYS[stream]} FROM {stream} GROUP BY ALL HAVING count(*) > 1") == []


def test_given_an_audience_that_two_accounts_share_when_loaded_then_both_keep_it(story: Story) -> None:
    shared = story.query("SELECT id FROM tailored_audiences GROUP BY id HAVING count(DISTINCT account_id) = 2")
    assert len(shared) == 1


def test_given_a_renamed_campaign_when_synced_again_then_its_row_is_replaced(story: Story) -> None:
    assert story.query(f"SELECT name FROM campaigns WHERE id = '{story.renamed}'") == [("renamed",)]


def test_given_a_new_campaign_when_synced_again_then_one_row_is_added(story: Story) -> None:
    assert story.second.rows["campaigns"] == story.first.rows["campaigns"] + 1


def test_given_the_first_syncs_state_when_synced_again_then_fewer_records_are_read(story: Story) -> None:
    assert story.second.read < story.first.read / 2


def test_given_the_first_syncs_state_when_synced_again_then_one_request_per_account(
    story: Story,
) -> None:
    lists = [story.second.requests.get(f"/12/accounts/{account_id}/campaigns") for account_id in (FIRST, SECOND)]
    assert lists == [1, 1]


def test_given_two_syncs_when_done_then_the_bookmark_of_each_account_is_stored(story: Story) -> None:
    [(state,)] = story.query("SELECT state_json FROM _airbyte_state WHERE stream_name = 'campaigns'")
    assert f'{{"partition":{{"account_id":"{FIRST}"}},"cursor":{{"updated_at":"{CHANGED_AT}"}}}}' in state
    assert f'"account_id":"{SECOND}"' in state
