"""Scenarios as files: TOML as in the plans, and CSV that a spreadsheet opens, one row for each inject."""

import csv
import io
import tomllib
from typing import Any

import tomli_w

from incident import errors, sheets
from incident.errors import N_, Reason
from incident.playbooks.exercises import Inject, Scenario

LARGEST = 512 * 1024  # bytes
BAD = N_("The file cannot be read as a scenario.")
# `scenario` rows hold title and situation, `objective` rows a key and a goal, `inject` rows the rest
COLUMNS = (
    "row", "key", "at", "channel", "sender_zh", "sender_en", "to", "text_zh", "text_en",
    "expected_zh", "expected_en", "respond", "target", "choices_zh", "choices_en", "within",
    "points", "objective", "condition",
)  # fmt: skip
SEPARATOR, RIGHT = " | ", "*"


def to_toml(scenario: Scenario) -> str:
    """The scenario as it would stand in a file of its own."""
    return tomli_w.dumps(scenario.model_dump(mode="json", exclude_defaults=True), multiline_strings=True)


def read(name: str, raw: bytes) -> dict[str, Any]:
    """The content of a file by its ending (.toml or .csv), not checked yet; raises Invalid."""
    if len(raw) > LARGEST:
        raise _bad(N_("The file is larger than %(kib)s KiB."), kib=LARGEST // 1024)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _bad(N_("The file is not UTF-8 text.")) from None
    if name.lower().endswith(".csv"):
        return from_csv(text)
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise _bad(N_("The TOML cannot be read: %(fault)s"), fault=str(fault)[:200]) from None
    nested = found.get("scenarios")
    if isinstance(nested, list) and len(nested) == 1 and isinstance(nested[0], dict):
        return dict(nested[0])  # cut out of a plan's file with its heading
    return found


def _bad(message: str, **values: Any) -> errors.Invalid:
    return errors.Invalid(BAD, reasons=[Reason(message, values, ("file",))])


def to_csv(scenario: Scenario) -> str:
    """The scenario as CSV; a byte order mark tells a spreadsheet that it is UTF-8."""
    out = io.StringIO()
    sheet = csv.DictWriter(out, COLUMNS, restval="")
    sheet.writeheader()
    head = {"row": "scenario", "key": scenario.key, "respond": scenario.kind}
    head |= _pair("text", scenario.title) | _pair("expected", scenario.situation)
    rows = [head]
    rows += [{"row": "objective", "key": key, **_pair("text", goal)} for key, goal in scenario.goals.items()]
    rows += [_inject_row(each) for each in scenario.injects]
    for row in rows:
        sheet.writerow({name: sheets.safe(value) for name, value in row.items()})
    return "\ufeff" + out.getvalue()


def _pair(name: str, text: Any) -> dict[str, str]:
    return {f"{name}_zh": text.zh, f"{name}_en": text.en}


def _inject_row(each: Inject) -> dict[str, str]:
    choices = {
        f"choices_{language}": SEPARATOR.join(
            (RIGHT if at == each.right else "") + c[language] for at, c in enumerate(each.choices, start=1)
        )
        for language in ("zh", "en")
    }
    condition = f"{each.condition.inject} {each.condition.result}" if each.condition else ""
    return {
        "row": "inject",
        "at": each.at,
        "channel": each.channel,
        **(_pair("sender", each.sender) if each.sender else {}),
        "to": " ".join(each.to),
        **_pair("text", each.text),
        **_pair("expected", each.expected),
        "respond": each.respond,
        "target": each.target or "",
        **choices,
        "within": each.within,
        "points": str(each.points),
        "objective": each.objective or "",
        "condition": condition,
    }


def from_csv(text: str) -> dict[str, Any]:
    """The content of a CSV, not checked yet; raises Invalid for what is no table of ours."""
    try:
        sheet = csv.DictReader(io.StringIO(text), strict=True)
        rows = [
            {k: sheets.plain(v.strip()) for k, v in row.items() if k and isinstance(v, str)} for row in sheet
        ]
    except csv.Error as fault:
        raise _bad(N_("The CSV cannot be read: %(fault)s"), fault=str(fault)[:200]) from None
    missing = [name for name in ("row", "text_zh", "text_en") if name not in (sheet.fieldnames or ())]
    if missing:
        raise _bad(N_("The CSV has no column %(columns)s."), columns=", ".join(missing))
    head = next((row for row in rows if row["row"] == "scenario"), None)
    if head is None:
        raise _bad(N_("The CSV has no row “scenario” with title and situation."))
    return {
        "key": head.get("key", ""),
        "kind": head.get("respond") or "tabletop",
        "title": _text(head, "text"),
        "situation": _text(head, "expected"),
        "objectives": [
            {**_text(row, "text"), **({"key": row["key"]} if row.get("key") else {})}
            for row in rows
            if row["row"] == "objective"
        ],
        "injects": [_inject(row) for row in rows if row["row"] == "inject"],
    }


def _text(row: dict[str, str], name: str) -> dict[str, str]:
    """Both languages; where one was left out, the other serves."""
    zh, en = row.get(f"{name}_zh", ""), row.get(f"{name}_en", "")
    return {"zh": zh or en, "en": en or zh}


def _inject(row: dict[str, str]) -> dict[str, Any]:
    given: dict[str, Any] = {
        name: row[name]
        for name in ("at", "channel", "respond", "target", "within", "objective")
        if row.get(name)
    }
    given |= {"text": _text(row, "text"), "expected": _text(row, "expected"), "to": row.get("to", "").split()}
    if any(_text(row, "sender").values()):
        given["sender"] = _text(row, "sender")
    if row.get("points"):
        given["points"] = row["points"]
    given |= choices(row.get("choices_zh", "").split("|"), row.get("choices_en", "").split("|"))
    inject, _, result = row.get("condition", "").partition(" ")
    if inject:
        given["condition"] = {"inject": inject, "result": result.strip()}
    return given


def choices(zh: list[str], en: list[str]) -> dict[str, Any]:
    """Choices and the right one as written by hand, a * before the right one; nothing where there are none.
    In one language only, they serve for both."""
    first, second = ([each.strip() for each in texts if each.strip()] for texts in (zh, en))
    pairs = list(zip(first or second, second or first, strict=False))
    if not pairs:
        return {}
    right = next(
        (at for at, pair in enumerate(pairs, start=1) if any(t.startswith(RIGHT) for t in pair)), None
    )
    plain = [[text.removeprefix(RIGHT).strip() for text in pair] for pair in pairs]
    return {
        "choices": [{"zh": one, "en": other} for one, other in plain],
        **({"right": right} if right else {}),
    }
