# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""What an answer that is no success says about when to come again (x-ads-api.md §4)."""

from __future__ import annotations

import time
from collections.abc import Mapping

from source_twitter_ads.api.call import Call
from source_twitter_ads.api.clock import SAME
from source_twitter_ads.api.errors import CLOCK_SKEW, Action, Refusal, rule_for
from source_twitter_ads.api.headers import number, retry_after
from source_twitter_ads.api.limits import Passage

# Seconds to stay away from a window that has just begun by the clock of this machine, and not yet by X's.
SHORTEST_PAUSE = 1.0


def heed(call: Call, refusal: Refusal, passage: Passage, headers: Mapping[str, str], pause: float) -> None:
    """Close the gate until the time that X names, before the next request can pass.

    Args:
        call: the request.
        refusal: X's words, with the difference between the clocks: times in the headers are X's.
        passage: the request's way through its gates.
        headers: of the answer.
        pause: seconds to stay away where X names no time that is still to come.
    """
    rule, now = rule_for(refusal), time.time()
    happened = f"X refused {call} with {refusal}"
    after = retry_after(headers, now - refusal.clock_ahead)
    if rule.action is Action.RETRY and rule is not CLOCK_SKEW and after is not None:
        call.demanded = after
        passage.close(now + after, happened)
    elif rule.action is Action.WAIT:
        account, user = number(headers, "x-account-rate-limit-reset"), number(headers, "x-rate-limit-reset")
        reset = account if account is not None else user
        until = reset + refusal.clock_ahead if reset is not None else now + (after or 0.0)
        # A window may have ended already: then the pauses grow. By X's clock it may be about to end.
        pause = max(pause, SHORTEST_PAUSE) if reset is not None and now - until < SAME else pause
        passage.close(until if until > now else now + pause, happened, user_level=account is None and user is not None)
