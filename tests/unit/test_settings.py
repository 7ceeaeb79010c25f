"""Settings: every fault at once, safe production, secrets made once."""

import threading
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from incident.settings import SANDBOX_SIGNING_SECRET, SANDBOX_TOKEN, Settings, SettingsError

SAFE: dict[str, Any] = {
    "app_env": "production",
    "secret_key": "k" * 32,
    "data_keys": Fernet.generate_key().decode(),
    "base_url": "https://desk.example",
    "slack_bot_token": "xoxb-real",
    "slack_signing_secret": "real",
}


def load(tmp_path: Path, **given: Any) -> Settings:
    return Settings.load(_env_file=None, var_dir=tmp_path, **given)


def faults(tmp_path: Path, **given: Any) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        load(tmp_path, **given)
    return str(refused.value).splitlines()


def test_every_wrong_setting_is_listed_at_once(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        app_env="production",
        port="eighty",
        timezone="Mars/Olympus",
        default_locale="fr",
        rule_set="xx",
        data_keys="short",
        slack_api_url="https://slack.com/api",
        database_url="mysql://x",
        slack_signing_secret="alone",
        fallback_urls="json://desk.example/hook,nonsense",
        report_urls="nonsense",
        mail_url="nonsense",
        ratelimit_storage_uri="nonsense",
    )
    for name in (
        "PORT", "TIMEZONE", "DEFAULT_LOCALE", "RULE_SET", "DATA_KEYS", "SLACK_API_URL", "DATABASE_URL",
        "SECRET_KEY", "BASE_URL", "SLACK_BOT_TOKEN", "REPORT_URLS", "MAIL_URL",
        "RATELIMIT_STORAGE_URI", "FALLBACK_URLS: Apprise cannot read address 2",
    ):  # fmt: skip
        assert any(name in line for line in found), name
    assert len(found) == len(set(found))


def test_a_safe_production_starts(tmp_path: Path) -> None:
    assert not load(tmp_path, **SAFE).sandboxed


@pytest.mark.parametrize("name", ["secret_key", "data_keys", "base_url"])
def test_production_refuses_each_missing_secret(tmp_path: Path, name: str) -> None:
    (line,) = faults(tmp_path, **{**SAFE, name: ""})
    assert name.upper() in line


def test_production_refuses_the_sandbox_where_anybody_can_act_as_anybody(tmp_path: Path) -> None:
    (line,) = faults(tmp_path, **{**SAFE, "slack_bot_token": "", "slack_signing_secret": ""})
    assert "SLACK_BOT_TOKEN" in line


def test_production_refuses_a_plain_http_address_and_a_short_secret(tmp_path: Path) -> None:
    assert len(faults(tmp_path, **{**SAFE, "base_url": "http://desk.example", "secret_key": "short"})) == 2


def test_the_sandboxs_known_secrets_are_refused_as_settings(tmp_path: Path) -> None:
    given = {"slack_bot_token": SANDBOX_TOKEN, "slack_signing_secret": SANDBOX_SIGNING_SECRET}
    assert any("sandbox" in line for line in faults(tmp_path, **given))


def test_the_defaults_start_with_the_sandbox_at_this_very_server(tmp_path: Path) -> None:
    settings = load(tmp_path, port=8123)
    assert settings.sandboxed and settings.slack_api == "http://127.0.0.1:8123/sandbox/api/"
    assert settings.database == f"sqlite:///{tmp_path / 'incident.db'}"


def test_made_up_secrets_are_kept_and_the_same_for_processes_that_start_together(tmp_path: Path) -> None:
    found: list[tuple[str, list[str]]] = []

    def start() -> None:
        settings = load(tmp_path)
        found.append((settings.session_key, settings.personal_data_keys))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(found) == 8 and all(each == found[0] for each in found)
    assert {path.name for path in tmp_path.iterdir()} == {"secret_key", "data_key"}
    for path in tmp_path.iterdir():
        assert path.stat().st_mode & 0o077 == 0, "a secret others may read"


def test_the_environment_is_read_and_lists_are_split_at_commas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [Fernet.generate_key().decode() for _ in range(2)]
    monkeypatch.setenv("DATA_KEYS", f" {keys[0]} , {keys[1]},")
    monkeypatch.setenv("TIMEZONE", "Europe/London")
    settings = load(tmp_path)
    assert settings.personal_data_keys == keys and str(settings.zone) == "Europe/London"


def test_no_secret_shows_in_the_settings_text(tmp_path: Path) -> None:
    text = repr(load(tmp_path, **SAFE))
    assert "k" * 32 not in text and "xoxb-real" not in text and SAFE["data_keys"] not in text
