# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""Creatives and Tweets (docs/x-ads-api.md §5)."""

from __future__ import annotations

from unit_tests.documented_records.shapes import Record, dates, of_account

CREATIVES: dict[str, list[Record]] = {
    "account_media": of_account(
        {
            "video_id": "13_771791717175468032",
            "media_url": None,
            "creative_type": "PREROLL",
            "id": "3wpx",
            **dates("2016-09-02T19:27:52Z"),
        },
    ),
    "media_creatives": of_account(
        {
            "line_item_id": "8v7jo",
            "landing_url": "https://dev.x.com",
            "creative_type": "INTERSTITIAL_LANDSCAPE_TABLET",
            "id": "1bzq3",
            "entity_status": "ACTIVE",
            "account_media_id": "10miy",
            "approval_status": "ACCEPTED",
            **dates("2017-07-05T06:00:42Z", "2019-01-11T20:21:26Z"),
        },
    ),
    "preroll_call_to_actions": of_account(
        {
            "line_item_id": "8v53k",
            "call_to_action_url": "https://www.x.com",
            "call_to_action": "VISIT_SITE",
            "id": "8f0",
            **dates("2017-07-07T19:28:40Z"),
        },
    ),
    "promoted_accounts": of_account(
        {
            "line_item_id": "9bpb2",
            "user_id": "756201191646691328",
            "id": "19pl2",
            "entity_status": "ACTIVE",
            "approval_status": "ACCEPTED",
            **dates("2017-07-05T05:54:13Z"),
        },
    ),
    "promoted_tweets": of_account(
        {
            "line_item_id": "96uzp",
            "id": "1efwlo",
            "entity_status": "ACTIVE",
            "approval_status": "ACCEPTED",
            "tweet_id": "880290790664060928",
            **dates("2017-06-29T05:06:57Z", "2017-06-29T05:08:46Z"),
        },
    ),
    "promotable_users": of_account(
        {
            "user_id": "756201191646691328",
            "id": "l310s",
            "promotable_user_type": "FULL",
            **dates("2016-07-21T22:42:09Z"),
        },
    ),
    "scheduled_promoted_tweets": of_account(
        {
            "line_item_id": "8xdpe",
            "id": "1xboq",
            "scheduled_tweet_id": "870366669373194240",
            "tweet_id": "870369382207070208",
            **dates("2017-06-01T19:53:32Z", "2017-06-01T20:00:06Z"),
        },
    ),
    "tweets": of_account(
        {
            "coordinates": None,
            "retweeted": False,
            "name": None,
            "source": '<a href="https://ads-api.x.com" rel="nofollow">Ads API Internal Test App</a>',
            "entities": {"hashtags": [], "symbols": [], "user_mentions": [], "urls": []},
            "display_text_range": [0, 9],
            "favorite_count": 0,
            "in_reply_to_status_id_str": None,
            "geo": None,
            "id_str": "1166476031668015104",
            "scopes": {"followers": False},
            "in_reply_to_user_id": None,
            "truncated": False,
            "retweet_count": 0,
            "id": 1166476031668015104,
            "in_reply_to_status_id": None,
            "conversation_settings": "EVERYONE",
            "nullcast": True,
            "created_at": "Tue Aug 27 22:22:12 +0000 2019",
            "place": None,
            "scheduled_at": None,
            "tweet_type": "PUBLISHED",
            "favorited": False,
            "full_text": "hello, v6",
            "lang": "es",
            "contributors": [2417045708],
            "in_reply_to_screen_name": None,
            "in_reply_to_user_id_str": None,
            "user": {"id": 756201191646691328, "id_str": "756201191646691328"},
            "tweet_id": "1166476031668015104",
        },
    ),
}
