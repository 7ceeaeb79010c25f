"""What is masked in free text, and what must be left alone; keys that change."""

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from incident import privacy

DIALECT = sqlite.dialect()


@pytest.mark.parametrize(
    "secret",
    [
        "110101199003071234",
        "11010119900307123X",
        "11010119900307123x",
        "110101 19900307 1234",
        "6222021234567890123",
        "6222 0212 3456 7890 123",
        "6222-0212-3456-7890",
        "4111 1111 1111 1111",
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+86 13800138000",
        "+8613800138000",
        "+86-138-0013-8000",
        "008613800138000",
        "010-62345678",
        "0755-8888 8888",
        "020 7946 0958",
        "+44 7700 900123",
        "+1 212 555 0147",
        "(212) 555-0147",
        "wang.xiaoming+bank@mail.example.cn",
    ],
)
def test_what_identifies_somebody_is_masked_also_between_chinese_words(secret: str) -> None:
    for text in (secret, f"客户{secret}来电", f"电话：{secret}，请回电", f"at 2026-11-03 {secret} called"):
        found = privacy.redact(text)
        assert secret not in found
        digits = "".join(char for char in secret if char.isdigit())
        kept = "".join(char for char in found.replace("2026-11-03", "") if char.isdigit())
        assert not digits or (len(kept) <= 7 and "*" in found)


@pytest.mark.parametrize(
    "text",
    [
        "INC-2026-000123",
        "DRL-2026-000007 与 INC-2026-000123 2026-11-03",
        "HL-20261103-0017",
        "2026-11-03 09:12:00",
        "2026-11-03T01:12:00+00:00",
        "2026-11-03 2026-11-04 2026-11-05",
        "2026年11月3日",
        "20261103",
        "逾期45天，金额12345.60元",
        "CNY 1,234,567.89",
        "1234567890.50",
        "12378 转办，涉及 10000 人",
        "192.168.100.200",
        "第 3 期 / 60 期",
        "v1.2.3",
    ],
)
def test_numbers_that_identify_nobody_are_left_alone(text: str) -> None:
    assert privacy.redact(text) == text


def test_a_date_beside_a_phone_number_keeps_the_date_and_masks_the_phone() -> None:
    assert privacy.redact("2026-11-03 13800138000") == "2026-11-03 138****8000"


@given(st.text(alphabet="王小明 ，。0123456789-+@.aX\n", max_size=80))
def test_redacting_again_changes_nothing_more(text: str) -> None:
    once = privacy.redact(text)
    assert privacy.redact(once) == once


@pytest.mark.parametrize(
    ("kind", "value", "masked"),
    [
        ("name", "王小明", "王**"),
        ("name", "王", "王*"),
        ("phone", "13800138000", "138****8000"),
        ("id_number", "110101199003071234", "110****1234"),
        ("account_ref", "6222-0001", "6****1"),
        ("account_ref", "12", "**"),
        ("email", "wang@mail.example", "w***@mail.example"),
        ("name", None, None),
        ("phone", "", ""),
    ],
)
def test_masks_show_what_the_owner_knows(kind: str, value: str | None, masked: str | None) -> None:
    assert privacy.mask(kind, value) == masked


@pytest.fixture
def ring() -> object:
    """The keys of this process, put back afterwards."""
    before = privacy._Ring.fernet
    yield
    privacy._Ring.fernet = before


def stored(value: dict[str, str]) -> bytes:
    found = privacy.EncryptedJson().process_bind_param(value, DIALECT)
    assert found is not None
    return found


def read(token: bytes) -> dict[str, str] | None:
    return privacy.EncryptedJson().process_result_value(token, DIALECT)


def test_a_new_first_key_still_reads_what_the_old_one_wrote(ring: object) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    privacy.use_keys([old])
    token = stored({"name": "王小明"})
    assert "王小明".encode() not in token
    privacy.use_keys([new, old])
    assert read(token) == {"name": "王小明"}
    turned = privacy.rotated(token)
    privacy.use_keys([new])
    assert read(turned) == {"name": "王小明"}
    with pytest.raises(privacy.KeysMissing, match="DATA_KEYS"):
        read(token)


def test_without_keys_nothing_is_read_or_written(ring: object) -> None:
    privacy._Ring.fernet = None
    with pytest.raises(privacy.KeysMissing):
        stored({"name": "王小明"})


def test_a_changed_record_is_not_read(ring: object) -> None:
    privacy.use_keys([Fernet.generate_key().decode()])
    token = bytearray(stored({"name": "王小明"}))
    token[20] ^= 1
    with pytest.raises(privacy.KeysMissing):
        read(bytes(token))
