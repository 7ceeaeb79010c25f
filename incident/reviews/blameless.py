"""Roles in place of names: a shared post-mortem asks how, not who; who answers for it is kept elsewhere.

The accountability record (`coordination.accountability`) stays apart and is not read here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import select

from incident import errors, i18n, timeline
from incident.db import db
from incident.errors import N_, Reason
from incident.models.complaints import Complaint
from incident.models.incidents import Incident, IncidentDepartment, IncidentRoleHolder, Task
from incident.models.people import Person
from incident.models.records import TimelineEvent

Words = dict[str, str]
CUSTOMERS_MOST = 50  # complaints whose customer's name is looked for; a group has thousands
SHORTEST = 2  # characters of a name that is looked for
CUSTOMER = N_("the customer")
LEAD, COLLEAGUE, SOMEBODY = (
    N_("the lead of %(department)s"),
    N_("a colleague of %(department)s"),
    N_("a colleague"),
)


@dataclass(frozen=True)
class Cast:
    """Who took part in an incident, by what they did: `names` are all known names, `involved` those of people
    who took part, customers among them."""

    people: dict[int, Words]
    names: dict[str, Words]
    involved: frozenset[str]

    def who(self, label: str, locale: str) -> str:
        """The role of whoever a record's label names (`person/3/李雷`, `system/clocks`)."""
        kind, _slash, rest = label.partition("/")
        if kind != "person":
            return i18n.say(N_("the service") if kind == "system" else N_("another system"), locale)
        id_ = rest.partition("/")[0]
        words = self.people.get(int(id_)) if id_.isdigit() else None
        return words[i18n.short(locale)] if words else i18n.say(SOMEBODY, locale)

    def hide(self, text: str, locale: str) -> str:
        """A text with the role in place of every known name."""
        short = i18n.short(locale)
        return self._all.sub(lambda found: self.names[found.group()][short], text) if self.names else text

    def named(self, text: str) -> list[str]:
        """The names of people involved that stand in a text, in their order, each once."""
        return list(dict.fromkeys(self._involved.findall(text))) if self.involved else []

    def refusal(self, named: list[str]) -> errors.Refused:
        """Why a text with these names is not taken as it is, and what to write in their place."""
        sentence = N_("Write “%(role)s” in place of “%(name)s”, or say that the name must stand.")
        return errors.Refused(
            N_("A post-mortem speaks of roles, not of people. Names in this text: %(names)s."),
            names=named,
            reasons=[Reason(sentence, {"name": name, "role": self.names[name]}, ("text",)) for name in named],
        )

    @cached_property
    def _all(self) -> re.Pattern[str]:
        return _pattern(self.names)

    @cached_property
    def _involved(self) -> re.Pattern[str]:
        return _pattern(self.involved)


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    """The longest first; a name in Latin letters only as a word of its own."""
    parts = [
        rf"(?<!\w){re.escape(name)}(?!\w)" if name.isascii() else re.escape(name)
        for name in sorted(names, key=len, reverse=True)
    ]
    return re.compile("|".join(parts))


def cast(incident: Incident, *, owner_id: int | None = None) -> Cast:
    """The cast of an incident, from its roles, lines, tasks, record and complaints."""
    everybody = list(db.session.scalars(select(Person)))
    holders = _roles(incident)
    people = {row.id: holders.get(row.id) or _by_department(row.department_code) for row in everybody}
    involved = {*holders, *_present(incident), owner_id}
    names = {row.name: people[row.id] for row in everybody if len(row.name) >= SHORTEST}
    taking_part = {row.name for row in everybody if row.id in involved and row.name in names}
    customers = _customers(incident)
    names |= {name: _say(CUSTOMER) for name in customers}
    return Cast(people, names, frozenset(taking_part | customers))


def _roles(incident: Incident) -> dict[int, Words]:
    """Leads of departments and, before that, holders of roles."""
    lines = db.session.execute(
        select(IncidentDepartment.lead_id, IncidentDepartment.code).where(
            IncidentDepartment.incident_id == incident.id, IncidentDepartment.lead_id.is_not(None)
        )
    )
    found: dict[int, Words] = {id_: _say(LEAD, department=code) for id_, code in lines if id_}
    held = db.session.execute(
        select(IncidentRoleHolder.person_id, IncidentRoleHolder.role)
        .where(IncidentRoleHolder.incident_id == incident.id, IncidentRoleHolder.person_id.is_not(None))
        .order_by(IncidentRoleHolder.id.desc())
    )
    found |= {id_: _role(role) for id_, role in held if id_}
    if incident.commander_id:
        found[incident.commander_id] = _role("commander")
    return found


def _role(role: str) -> Words:
    return {"zh": i18n.words("role", role, "zh_CN"), "en": i18n.words("role", role, "en")}


def _by_department(code: str | None) -> Words:
    return _say(COLLEAGUE, department=code) if code else _say(SOMEBODY)


def _say(message: str, **values: Any) -> Words:
    return {"zh": i18n.say(message, "zh_CN", **values), "en": i18n.say(message, "en", **values)}


def _present(incident: Incident) -> set[int]:
    """The people whose names the record, the tasks or the lines hold."""
    labels = db.session.scalars(
        select(TimelineEvent.actor).where(TimelineEvent.incident_id == incident.id).distinct()
    )
    actors = {label.split("/")[1] for label in labels if label.startswith("person/")}
    tasks = db.session.scalars(select(Task.assignee_id).where(Task.incident_id == incident.id).distinct())
    return {int(id_) for id_ in actors if id_.isdigit()} | {id_ for id_ in tasks if id_}


def _customers(incident: Incident) -> set[str]:
    rows = db.session.scalars(
        select(Complaint)
        .where(Complaint.incident_id == incident.id)
        .order_by(Complaint.id)
        .limit(CUSTOMERS_MOST)
    )
    names = ((row.personal.get("customer") or {}).get("name") or "" for row in rows)
    return {name.strip() for name in names if len(name.strip()) >= SHORTEST}


def sentence(event: TimelineEvent, known: Cast) -> Words:
    """An event of the record in both languages, without names."""
    return {
        "zh": _sentence(event, known, "zh_CN"),
        "en": _sentence(event, known, "en"),
    }


def _sentence(event: TimelineEvent, known: Cast, locale: str) -> str:
    data = {name: _hidden(value, known, locale) for name, value in event.data.items()}
    return i18n.say(Reason(timeline.KINDS[event.kind], data), locale)


def _hidden(value: Any, known: Cast, locale: str) -> Any:
    if isinstance(value, str):
        return known.hide(value, locale)
    if isinstance(value, list):
        return [_hidden(each, known, locale) for each in value]
    if isinstance(value, dict):
        return {key: _hidden(each, known, locale) for key, each in value.items()}
    return value
