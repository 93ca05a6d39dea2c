# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""docs/erd.md shows the streams as they are."""

from __future__ import annotations

from typing import Any

import pytest

from tools.discovered import REPOSITORY, sample_config, streams
from tools.erd import NO_REFERENCES, PAGE, REFERENCES, Relation, page, relations

CARDS = ("cards", "cards_image_conversation", "cards_poll", "cards_video_conversation")


@pytest.fixture(scope="module")
def discovered() -> list[dict[str, Any]]:
    return streams({**sample_config(), "reports": []})


def test_given_the_page_when_made_again_then_it_is_the_same() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run 'python -m tools.erd'"


def test_given_a_relation_when_followed_then_its_target_has_the_field(discovered: list[dict[str, Any]]) -> None:
    fields = {stream["name"]: stream["json_schema"]["properties"] for stream in discovered}
    broken = [r for r in relations(discovered) if r.target_field not in fields.get(r.target, {})]
    assert broken == []


def test_given_the_hierarchy_of_ads_when_drawn_then_levels_refer_to_the_one_above(
    discovered: list[dict[str, Any]],
) -> None:
    found = set(relations(discovered))
    assert {
        Relation("campaigns", "account_id", "accounts", "id"),
        Relation("campaigns", "funding_instrument_id", "funding_instruments", "id"),
        Relation("line_items", "campaign_id", "campaigns", "id"),
        Relation("promoted_tweets", "line_item_id", "line_items", "id"),
        Relation("promoted_tweets", "tweet_id", "tweets", "tweet_id"),
        Relation("media_creatives", "account_media_id", "account_media", "id"),
        Relation("line_items_daily_report", "entity_id", "line_items", "id"),
        *(Relation("tweets", "card_uri", card, "card_uri") for card in CARDS),
    } <= found


def test_given_a_field_like_a_reference_when_looked_up_then_a_decision_is_recorded(
    discovered: list[dict[str, Any]],
) -> None:
    """A new foreign key would otherwise be missing from the diagram without anyone noticing."""
    undecided = {
        f"{stream['name']}.{name}"
        for stream in discovered
        for name in stream["json_schema"]["properties"]
        if name.endswith(("_id", "_id_str")) and name not in {*REFERENCES, *NO_REFERENCES, "entity_id"}
    }
    assert undecided == set()


def test_given_the_documentation_page_when_read_then_it_links_the_diagram() -> None:
    assert "(../../erd.md)" in (REPOSITORY / "docs/integrations/sources/twitter-ads.md").read_text(encoding="utf-8")
