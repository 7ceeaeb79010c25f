"""Clocks as JSON."""

from datetime import datetime
from typing import Any

from incident import clocks, i18n
from incident.api.plain import Json, by, moment
from incident.models.clocks import Clock


def clock(row: Clock, number: str) -> Json:
    """A clock, running or ended; `number` is its incident's."""
    return {
        "id": row.id,
        "incident": number,
        "kind": row.kind,
        "rule": row.rule,
        "version": row.rule_version,
        "jurisdiction": row.jurisdiction,
        "department": row.department_code,
        "title": row.titles,
        "value": row.value,
        "unit": row.unit,
        "started_at": moment(row.started_at),
        "due_at": moment(row.due_at),
        "state": str(row.state),
        "paused_at": moment(row.paused_at),
        "missed_at": moment(row.missed_at),
        "met_late": row.met_late,
        "ended_at": moment(row.ended_at),
        "ended_by": by(row.ended_by) if row.ended_by else None,
        "source": row.source,
        "confidence": row.confidence,
        "reasons": [_why(code) for code in row.reasons],
        "warnings": [{"mark": each["mark"], "at": _again(each["at"])} for each in row.warnings],
        "extensions": [_extension(each) for each in row.extensions],
        "request": _request(row.request) if row.request else None,
        "proof": row.proof,
        "void_reason": row.void_reason,
        "earlier": [_turn(each) for each in row.earlier],
    }


def _turn(entry: dict[str, Any]) -> Json:
    moments = {
        name: _again(entry[name]) if entry[name] else None
        for name in ("started_at", "due_at", "ended_at", "missed_at")
    }
    ended_by = by(entry["ended_by"]) if entry["ended_by"] else None
    told = {name: entry[name] for name in ("state", "proof", "void_reason")}
    return {**told, **moments, "ended_by": ended_by}


def _why(code: str) -> Json:
    sentence = clocks.sentence(code)
    return {"zh": i18n.say(sentence, "zh_CN"), "en": i18n.say(sentence, "en")}


def _again(text: str) -> str | None:
    return moment(datetime.fromisoformat(text))


def _extension(entry: dict[str, Any]) -> Json:
    return {
        "rule": entry["rule"],
        "version": entry["version"],
        "reason": entry["reason"],
        "by": by(entry["by"]),
        "approved_by": by(entry["approved_by"]) if entry["approved_by"] else None,
        "at": _again(entry["at"]),
        "from_due_at": _again(entry["from"]),
        "to_due_at": _again(entry["to"]),
    }


def _request(asked: dict[str, Any]) -> Json:
    return {
        "act": asked["act"],
        "rule": asked["rule"],
        "reason": asked["reason"],
        "by": by(asked["by"]),
        "at": _again(asked["at"]),
    }
