# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Write docs/erd.md: the streams, their keys, and how they refer to each other, as Mermaid diagrams.

Usage: python -m tools.erd
Keys come from the catalog, references from the fields of the schemas. unit_tests/test_erd.py fails when the page is out
of date, and when a field that looks like a reference is in neither of the two tables below.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from source_twitter_ads.reports.definition import PREBUILT_REPORTS
from tools.discovered import REPOSITORY, Json, sample_config, streams

PAGE = REPOSITORY / "docs" / "erd.md"
CARD_STREAMS = ("cards", "cards_image_conversation", "cards_poll", "cards_video_conversation")

# field → what it refers to: docs/x-ads-api.md §5 and the descriptions of the schemas.
REFERENCES: Mapping[str, tuple[str, str]] = {
    "account_id": ("accounts", "id"),
    "owner_account_id": ("accounts", "id"),
    "campaign_id": ("campaigns", "id"),
    "funding_instrument_id": ("funding_instruments", "id"),
    "line_item_id": ("line_items", "id"),
    "account_media_id": ("account_media", "id"),
    "tweet_id": ("tweets", "tweet_id"),
    "scheduled_tweet_id": ("tweets", "tweet_id"),
    "user_id": ("promotable_users", "user_id"),
    "advertiser_user_id": ("promotable_users", "user_id"),
    "parent_id": ("iab_categories", "id"),
    "locale": ("targeting_tv_markets", "locale"),
}
# Ids of things that no stream holds: media of the library, X users, apps, conversations of Tweets.
NO_REFERENCES = frozenset(
    {
        "business_id",
        "cover_video_content_id",
        "googleplay_app_id",
        "in_reply_to_status_id",
        "in_reply_to_status_id_str",
        "in_reply_to_user_id",
        "in_reply_to_user_id_str",
        "quoted_status_id",
        "quoted_status_id_str",
        "video_content_id",
        "video_id",
        "video_owner_id",
    }
)
ENTITY_STREAMS: Mapping[str, str] = {
    "ACCOUNT": "accounts",
    "FUNDING_INSTRUMENT": "funding_instruments",
    "CAMPAIGN": "campaigns",
    "LINE_ITEM": "line_items",
    "PROMOTED_TWEET": "promoted_tweets",
    "PROMOTED_ACCOUNT": "promoted_accounts",
}

_HEAD = """# Streams and how they refer to each other

Made by `python -m tools.erd` from the connector's own catalog; do not edit it by hand. PK marks the fields of the
primary key, FK a field that holds the key of another stream. Ids are unique across ad accounts, but for the streams
whose key begins with `account_id`: a record that two accounts share is in them once for each.
"""
_NOTES = """- `promoted_tweets.tweet_id` and `scheduled_promoted_tweets` refer to `tweets.tweet_id`, the id as text.
- `tweets.card_uri` refers to the `card_uri` of one of the four card streams.
- `tailored_audiences.owner_account_id` is the account that made the audience; the token may not see it.
- `promoted_accounts.user_id` and `line_items.advertiser_user_id` are X users, listed in `promotable_users` where the
  account may promote their Tweets.
- `targeting_criteria.targeting_value`, read with `targeting_type`, is a `targeting_value` of one of the `targeting_*`
  streams, the id of an audience, or free text.
"""


@dataclass(frozen=True)
class Relation:
    """A field of a stream that holds the key of another one; `optional` where it may be null."""

    stream: str
    field: str
    target: str
    target_field: str
    optional: bool = dataclass_field(default=False, compare=False)

    def line(self) -> str:
        """The relation in Mermaid: one (or zero or one) record of the target to many of the stream."""
        return f"    {self.target} {'|o' if self.optional else '||'}--o{{ {self.stream} : {self.field}"


def relations(discovered: list[Json]) -> Iterator[Relation]:
    """Every reference between the given streams, in their order."""
    names = {stream["name"] for stream in discovered}
    for stream in discovered:
        for field in stream["json_schema"]["properties"]:
            yield from _references(stream, field, names)


def _references(stream: Json, field: str, names: set[str]) -> Iterator[Relation]:
    name = stream["name"]
    optional = "null" in stream["json_schema"]["properties"][field]["type"]
    if field == "entity_id":
        (report,) = (report for report in PREBUILT_REPORTS if report.name == name)
        yield Relation(name, field, ENTITY_STREAMS[report.entity], "id")
    elif field == "card_uri" and name == "tweets":
        for card in CARD_STREAMS:
            yield Relation(name, field, card, field, optional)
    elif field in REFERENCES:
        target, target_field = REFERENCES[field]
        if target in names and (target, target_field) != (name, field):
            yield Relation(name, field, target, target_field, optional)


def diagram(discovered: list[Json], found: list[Relation]) -> str:
    """One Mermaid diagram: the streams with their key and reference fields, and the relations between them."""
    lines = ["```mermaid", "erDiagram", *(relation.line() for relation in found)]
    for stream in discovered:
        lines += [f"    {stream['name']} {{", *(f"        {line}" for line in _fields(stream, found)), "    }"]
    return "\n".join([*lines, "```"])


def _fields(stream: Json, found: list[Relation]) -> Iterator[str]:
    keys = [path[0] for path in stream["source_defined_primary_key"]]
    references = [relation.field for relation in found if relation.stream == stream["name"]]
    referred = [relation.target_field for relation in found if relation.target == stream["name"]]
    cursor = stream.get("default_cursor_field") or []
    for name in dict.fromkeys([*keys, *references, *referred, *cursor]):
        marks = [mark for mark, fields in (("PK", keys), ("FK", references)) if name in fields]
        yield f"{_type(stream, name)} {name} {', '.join(marks)}".rstrip()


def _type(stream: Json, name: str) -> str:
    schema = stream["json_schema"]["properties"][name]
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    return str(schema.get("format") or next(kind for kind in kinds if kind != "null"))


def page() -> str:
    """The whole page."""
    discovered = streams({**sample_config(), "reports": []})
    reports = {report.name for report in PREBUILT_REPORTS}
    of_reports = [stream for stream in discovered if stream["name"] in reports]
    lists = [s for s in discovered if s["name"] not in reports and "account_id" not in s["json_schema"]["properties"]]
    lists = [stream for stream in lists if stream["name"] != "accounts"]
    owned = [stream for stream in discovered if stream not in of_reports and stream not in lists]
    found = list(relations(discovered))

    def within(part: list[Json], targets: list[Json]) -> list[Relation]:
        names, reached = ({stream["name"] for stream in some} for some in (part, targets))
        return [relation for relation in found if relation.stream in names and relation.target in reached]

    return "\n".join(
        [
            _HEAD,
            "## Entities of an ad account",
            "",
            diagram(owned, within(owned, owned)),
            "",
            _NOTES,
            "## Reports",
            "",
            "A custom report refers to the stream of its entity in the same way.",
            "",
            diagram(of_reports, [r for r in within(of_reports, discovered) if r.field == "entity_id"]),
            "",
            "## Lists that are the same for everybody",
            "",
            diagram(lists, within(lists, lists)),
            "",
        ]
    )


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
