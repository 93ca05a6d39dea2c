# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The typed settings and their defaults."""

from __future__ import annotations

import pytest

from unit_tests.conftest import settings_of, valid_config


class TestSettings:
    def test_given_only_required_keys_when_built_then_all_defaults_of_the_design_apply(self) -> None:
        settings = settings_of()
        assert (settings.account_ids, settings.country_codes) == ((), ("US",))
        assert (settings.page_size, settings.num_workers, settings.request_timeout) == (1000, 10, 300)
        assert (settings.outage_timeout, settings.rate_limit_timeout, settings.job_timeout) == (300, 3600, 60)
        assert (settings.with_deleted, settings.attribution_window) == (True, 14)
        assert settings.api_url == "https://ads-api.x.com/12"
        assert settings.user_agent.startswith("source-twitter-ads/")

    @pytest.mark.parametrize("base_url", [None, "https://ads-api.x.com", "https://ads-api.x.com/"])
    def test_given_the_sandbox_when_built_then_the_default_address_does_not_override_it(
        self, base_url: str | None
    ) -> None:
        assert settings_of(sandbox="true", base_url=base_url).base_url == "https://ads-api-sandbox.x.com"

    def test_given_a_proxy_with_a_path_when_built_then_the_version_follows_it(self) -> None:
        assert settings_of(base_url="https://proxy.example/x-ads/").api_url == "https://proxy.example/x-ads/12"

    def test_given_settings_when_shown_then_no_secret_is_in_the_text(self) -> None:
        config = valid_config()
        shown = repr(settings_of())
        for key in ("consumer_key", "consumer_secret", "access_token", "access_token_secret"):
            assert config[key] not in shown
