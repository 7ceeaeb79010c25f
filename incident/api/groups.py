"""Calls that join incidents and take them apart: links, merges, groups and their members."""

from typing import Any

from sqlalchemy import select

from incident.api import answered, answered_groups, asked_groups, lines_groups, paging, views
from incident.api.door import OK
from incident.api.registry import Answer, Ask, call
from incident.errors import N_
from incident.intake import receive
from incident.lifecycle import common, linking, merging
from incident.models.groups import Surge
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.surges import grouping, members, proposals

TAG = N_("Groups, links and merges")
ACT: dict[str, Any] = {"tag": TAG, "needs": Permission.INCIDENTS_ACT, "answers": {OK: answered.Incident}}
NEWEST_FIRST = paging.Order("groups", ((Surge.id, True),))


def _changed(incident: Incident, ask: Ask) -> Answer:
    return Answer(OK, lambda: views.incident(incident, ask.url))


def _two(number: str, other: str) -> tuple[Incident, Incident]:
    """Both incidents, locked in the order of their numbers, so that two calls never wait for each other."""
    found = {each: common.by_number(each, lock=True) for each in sorted({number.upper(), other.upper()})}
    return found[number.upper()], found[other.upper()]


@call(
    "POST",
    "/incidents/{number}/link",
    summary=N_("Link two incidents that belong together"),
    body=asked_groups.LinkWith,
    **ACT,
)
def link_incident(ask: Ask, *, number: str) -> Answer:
    """Both show it, with the reason."""
    wanted: asked_groups.LinkWith = ask.body
    one, other = _two(number, wanted.incident)
    linking.link(one, other, reason=wanted.reason, by=ask.by, at=ask.at)
    return _changed(one, ask)


@call("DELETE", "/incidents/{number}/links/{id}", summary=N_("Take a link away"), **ACT)
def unlink_incident(ask: Ask, *, number: str, id: int) -> Answer:
    """From both."""
    incident = common.by_number(number, lock=True)
    linking.unlink(incident, id, by=ask.by, at=ask.at)
    return _changed(incident, ask)


@call(
    "POST",
    "/incidents/{number}/merge",
    summary=N_("Merge an incident into another"),
    body=asked_groups.MergeInto,
    **ACT,
)
def merge_incident(ask: Ask, *, number: str) -> Answer:
    """The old number goes on being read, with `merged_into`."""
    wanted: asked_groups.MergeInto = ask.body
    source, target = _two(number, wanted.into)
    merging.merge(source, target, reason=wanted.reason, by=ask.by, at=ask.at)
    return _changed(source, ask)


@call("POST", "/incidents/{number}/unmerge", summary=N_("Undo a merge"), body=asked_groups.GroupReason, **ACT)
def unmerge_incident(ask: Ask, *, number: str) -> Answer:
    """What went over comes back, as far as it is still there."""
    source = common.by_number(number, lock=True)
    merging.unmerge(source, reason=ask.body.reason, by=ask.by, at=ask.at, house=ask.house)
    return _changed(source, ask)


@call(
    "POST",
    "/incidents/{number}/members",
    summary=N_("Add a complaint to an incident's group"),
    body=asked_groups.AddMember,
    **ACT,
)
def add_member(ask: Ask, *, number: str) -> Answer:
    """The incident becomes a group's parent where it was none."""
    wanted: asked_groups.AddMember = ask.body
    incident = common.by_number(number, lock=True)
    complaint = receive.find(wanted.complaint, lock=True)
    members.add(incident, complaint, reason=wanted.reason, by=ask.by, at=ask.at, house=ask.house)
    return _changed(incident, ask)


@call(
    "DELETE",
    "/incidents/{number}/members/{id}",
    summary=N_("Take a complaint out of an incident's group"),
    body=asked_groups.RemoveMember,
    **ACT,
)
def remove_member(ask: Ask, *, number: str, id: int) -> Answer:
    """It gets back its own incident, or its record."""
    incident = common.by_number(number, lock=True)
    members.remove(incident, id, reason=ask.body.reason, by=ask.by, at=ask.at, house=ask.house)
    return _changed(incident, ask)


@call(
    "POST",
    "/incidents/{number}/ungroup",
    summary=N_("Undo the grouping"),
    body=asked_groups.GroupReason,
    **ACT,
)
def ungroup(ask: Ask, *, number: str) -> Answer:
    """Every member gets back what it had; the parent ends."""
    incident = common.by_number(number, lock=True)
    members.undo(incident, reason=ask.body.reason, by=ask.by, at=ask.at, house=ask.house)
    return _changed(incident, ask)


@call(
    "GET",
    "/groups",
    tag=TAG,
    summary=N_("List groups: proposed, open and past"),
    needs=Permission.INCIDENTS_READ,
    query=asked_groups.GroupsQuery,
    answers={OK: answered_groups.GroupPage},
)
def list_groups(ask: Ask) -> Answer:
    """One page."""
    wanted: asked_groups.GroupsQuery = ask.query
    query = select(Surge) if wanted.state is None else select(Surge).where(Surge.state == wanted.state)
    rows = paging.found(query, NEWEST_FIRST, limit=wanted.limit, cursor=wanted.cursor)
    known = views.numbers(row.incident_id for row in rows)

    def view(row: Surge) -> dict[str, Any]:
        return lines_groups.group(row, known.get(row.incident_id))

    return Answer(OK, paging.shown(rows, NEWEST_FIRST, limit=wanted.limit, view=view))


@call(
    "POST",
    "/groups/{id}/confirm",
    tag=TAG,
    summary=N_("Confirm a proposed group: its parent opens"),
    needs=Permission.INCIDENTS_ACT,
    answers={OK: answered.Incident},
)
def confirm_group(ask: Ask, *, id: int) -> Answer:
    """The parent."""
    surge = grouping.find(id, lock=True)
    return _changed(grouping.confirm(surge, by=ask.by, at=ask.at, house=ask.house), ask)


@call(
    "POST",
    "/groups/{id}/dismiss",
    tag=TAG,
    summary=N_("Say that a proposed group is not one cause"),
    needs=Permission.INCIDENTS_ACT,
    answers={OK: answered_groups.Group},
)
def dismiss_group(ask: Ask, *, id: int) -> Answer:
    """It is not proposed again for a while."""
    surge = proposals.dismiss(grouping.find(id, lock=True), by=ask.by, at=ask.at)
    return Answer(OK, lambda: lines_groups.group(surge, None))
