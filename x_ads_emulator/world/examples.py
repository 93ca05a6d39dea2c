# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The documented records of account 18ce54d4x5t, as X's documents print them (docs/x-ads-api.md §5 names the pages)."""

from __future__ import annotations

from typing import Any, Final

ENTITIES: Final[dict[str, list[dict[str, Any]]]] = {
    # §5.1
    "accounts": [
        {
            "name": "API McTestface",
            "business_name": None,
            "timezone": "America/Los_Angeles",
            "timezone_switch_at": "2016-07-21T07:00:00Z",
            "id": "18ce54d4x5t",
            "created_at": "2016-07-21T22:42:09Z",
            "updated_at": "2017-07-06T16:51:04Z",
            "business_id": None,
            "approval_status": "ACCEPTED",
            "deleted": False,
        }
    ],
    # §5.2
    "account_media": [
        {
            "video_id": "13_771791717175468032",
            "media_url": None,
            "creative_type": "PREROLL",
            "id": "3wpx",
            "created_at": "2016-09-02T19:27:52Z",
            "updated_at": "2016-09-02T19:27:52Z",
            "deleted": False,
        }
    ],
    # §5.4
    "tracking_tags": [
        {
            "line_item_id": "fdwcl",
            "tracking_tag_url": "https://ad.doubleclick.net/ddm/trackimp/N1234.2061500TWITTER-OFFICIAL/B9156151.125630439;dc_trk_aid=1355;dc_trk_cid=8675309",
            "tracking_tag_type": "IMPRESSION_TAG",
            "id": "3m82",
            "created_at": "2019-06-26T17:04:26Z",
            "updated_at": "2019-06-26T17:04:26Z",
            "deleted": False,
        }
    ],
    # §5.5
    "campaigns": [
        {
            "name": "test",
            "budget_optimization": "LINE_ITEM",
            "reasons_not_servable": ["PAUSED_BY_ADVERTISER", "INCOMPLETE"],
            "servable": False,
            "purchase_order_number": None,
            "effective_status": "UNKNOWN",
            "daily_budget_amount_local_micro": 10000000,
            "funding_instrument_id": "lygyi",
            "duration_in_days": None,
            "standard_delivery": None,
            "total_budget_amount_local_micro": None,
            "id": "8wku2",
            "entity_status": "PAUSED",
            "frequency_cap": None,
            "currency": "USD",
            "created_at": "2022-06-03T21:38:07Z",
            "updated_at": "2022-06-03T21:38:07Z",
            "deleted": False,
        }
    ],
    # §5.11
    "funding_instruments": [
        {
            "start_time": "2016-07-22T04:24:04Z",
            "description": "Visa ending in 0650",
            "credit_limit_local_micro": 200000000,
            "end_time": None,
            "id": "lygyi",
            "entity_status": "ACTIVE",
            "account_id": "18ce54d4x5t",
            "reasons_not_able_to_fund": [],
            "io_header": None,
            "currency": "USD",
            "funded_amount_local_micro": 645940000,
            "created_at": "2016-07-22T04:24:04Z",
            "type": "CREDIT_CARD",
            "able_to_fund": True,
            "updated_at": "2017-04-05T00:25:13Z",
            "credit_remaining_local_micro": None,
            "deleted": False,
        }
    ],
    # §5.13
    "targeting_criteria": [
        {
            "line_item_id": "8u94t",
            "name": "Custom audience targeting",
            "id": "dpl3a6",
            "operator_type": "EQ",
            "created_at": "2017-05-26T03:29:35Z",
            "targeting_value": "249yj",
            "updated_at": "2017-05-26T03:29:35Z",
            "deleted": False,
            "targeting_type": "CUSTOM_AUDIENCE",
        }
    ],
    # §5.14
    "line_items": [
        {
            "advertiser_user_id": "756201191646691328",
            "name": "li-18",
            "placements": ["ALL_ON_TWITTER"],
            "start_time": "2021-02-16T00:00:00Z",
            "bid_amount_local_micro": 320000,
            "advertiser_domain": None,
            "target_cpa_local_micro": None,
            "primary_web_event_tag": None,
            "goal": "ENGAGEMENT",
            "daily_budget_amount_local_micro": None,
            "product_type": "PROMOTED_TWEETS",
            "end_time": None,
            "funding_instrument_id": "lygyi",
            "bid_strategy": "MAX",
            "duration_in_days": None,
            "standard_delivery": None,
            "total_budget_amount_local_micro": None,
            "objective": "ENGAGEMENTS",
            "id": "itttx",
            "entity_status": "PAUSED",
            "automatic_tweet_promotion": None,
            "frequency_cap": None,
            "android_app_store_identifier": None,
            "categories": [],
            "currency": "USD",
            "pay_by": "ENGAGEMENT",
            "created_at": "2021-02-23T23:37:54Z",
            "ios_app_store_identifier": None,
            "updated_at": "2022-06-01T02:01:18Z",
            "campaign_id": "f4z6x",
            "creative_source": "MANUAL",
            "deleted": False,
        }
    ],
    # §5.15
    "media_creatives": [
        {
            "line_item_id": "8v7jo",
            "landing_url": "https://dev.x.com",
            "creative_type": "INTERSTITIAL_LANDSCAPE_TABLET",
            "id": "1bzq3",
            "entity_status": "ACTIVE",
            "created_at": "2017-07-05T06:00:42Z",
            "account_media_id": "10miy",
            "updated_at": "2019-01-11T20:21:26Z",
            "approval_status": "ACCEPTED",
            "deleted": False,
        }
    ],
    # §5.16
    "preroll_call_to_actions": [
        {
            "line_item_id": "8v53k",
            "call_to_action_url": "https://www.x.com",
            "call_to_action": "VISIT_SITE",
            "id": "8f0",
            "created_at": "2017-07-07T19:28:40Z",
            "updated_at": "2017-07-07T19:28:40Z",
            "deleted": False,
        }
    ],
    # §5.17
    "promoted_accounts": [
        {
            "line_item_id": "9bpb2",
            "user_id": "756201191646691328",
            "id": "19pl2",
            "entity_status": "ACTIVE",
            "created_at": "2017-07-05T05:54:13Z",
            "updated_at": "2017-07-05T05:54:13Z",
            "approval_status": "ACCEPTED",
            "deleted": False,
        }
    ],
    # §5.18
    "promoted_tweets": [
        {
            "line_item_id": "96uzp",
            "id": "1efwlo",
            "entity_status": "ACTIVE",
            "created_at": "2017-06-29T05:06:57Z",
            "updated_at": "2017-06-29T05:08:46Z",
            "approval_status": "ACCEPTED",
            "tweet_id": "880290790664060928",
            "deleted": False,
        }
    ],
    # §5.19
    "promotable_users": [
        {
            "user_id": "756201191646691328",
            "id": "l310s",
            "created_at": "2016-07-21T22:42:09Z",
            "updated_at": "2016-07-21T22:42:09Z",
            "deleted": False,
            "promotable_user_type": "FULL",
        }
    ],
    # §5.20
    "scheduled_promoted_tweets": [
        {
            "line_item_id": "8xdpe",
            "id": "1xboq",
            "created_at": "2017-06-01T19:53:32Z",
            "updated_at": "2017-06-01T20:00:06Z",
            "scheduled_tweet_id": "870366669373194240",
            "tweet_id": "870369382207070208",
            "deleted": False,
        }
    ],
    # §5.21 (custom_audiences)
    "tailored_audiences": [
        {
            "targetable": True,
            "name": "twurl-using-subshell-for-file",
            "targetable_types": ["CRM", "EXCLUDED_CRM"],
            "audience_type": "CRM",
            "description": None,
            "permission_level": "READ_WRITE",
            "owner_account_id": "18ce54d4x5t",
            "id": "1nmth",
            "reasons_not_targetable": [],
            "created_at": "2017-01-08T08:19:58Z",
            "updated_at": "2017-01-08T16:21:13Z",
            "partner_source": "OTHER",
            "deleted": False,
            "audience_size": 1470,
        }
    ],
}
