"""What happened on an incident, as events with a sentence; written by every verb, changed by none."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from incident.db import db
from incident.errors import N_, Reason
from incident.models.records import TimelineEvent

# kind → the sentence people read; the values come from the event's data
KINDS: dict[str, str] = {
    "opened": N_("opened the incident at level %(level)s with the plan %(plan)s, version %(version)s"),
    "complaint_attached": N_("attached complaint %(complaint)s"),
    "nobody_on_duty": N_("nobody is on duty for %(department)s; the group head is told"),
    "paged": N_("alerted %(people)s (step %(rung)s of the ladder)"),
    "paged_by_hand": N_("alerted %(people)s by hand"),
    "raised_to": N_("alerted %(people)s, on duty to command at level %(level)s"),
    "ladder_ended": N_("nobody answered; everybody on duty and the group head were alerted"),
    "acknowledged": N_("acknowledged after %(minutes)s min"),
    "moved": N_("moved from %(from)s to %(to)s"),
    "level_changed": N_("changed the level from %(from)s to %(to)s: %(reason)s"),
    "note": N_("noted: %(text)s"),
    "task_added": N_("added the task “%(task)s”"),
    "task_changed": N_("set the task “%(task)s” to %(status)s"),
    "task_reassigned": N_("gave the task “%(task)s” to %(to)s"),
    "task_moved": N_("set the task “%(task)s” due at %(due_at)s"),
    "task_order_set": N_("made the task “%(task)s” wait for: %(after)s"),
    "unblocking_asked": N_("asked %(person)s to unblock the task “%(task)s”"),
    "checklist_added": N_("put “%(item)s” on the list of “%(task)s”"),
    "checklist_ticked": N_("ticked “%(item)s” of “%(task)s”"),
    "checklist_unticked": N_("took the tick of “%(item)s” of “%(task)s” back"),
    "checklist_removed": N_("took “%(item)s” off the list of “%(task)s”"),
    "reminder_snoozed": N_("put off the reminder of “%(task)s” until %(until)s"),
    "reminders_stopped": N_("stopped the reminders of “%(task)s”"),
    "department_called_out": N_("called out %(department)s; lead: %(lead)s"),
    "department_accepted": N_("accepted for %(department)s"),
    "department_reported": N_("reported for %(department)s: %(text)s"),
    "department_blocked": N_("%(department)s is blocked: %(reason)s"),
    "department_unblocked": N_("%(department)s goes on"),
    "department_lead": N_("handed the lead of %(department)s from %(before)s to %(lead)s: %(reason)s"),
    "department_signed_off": N_("signed off for %(department)s: %(statement)s"),
    "evidence_added": N_(
        "added a %(evidence_kind)s as evidence no. %(evidence)s (%(size)s bytes, SHA-256 %(sha256)s)"
    ),
    "evidence_withdrawn": N_("withdrew evidence no. %(evidence)s; its record stays"),
    "evidence_sealed": N_("sealed the evidence: %(count)s pieces, digest %(digest)s"),
    "legal_hold_placed": N_("placed a legal hold: the evidence is kept beyond its term"),
    "legal_hold_lifted": N_("lifted the legal hold"),
    "evidence_destroyed": N_(
        "destroyed the files of %(count)s pieces of evidence, their term being over "
        "(rule %(rule)s %(version)s)"
    ),
    "personal_erased": N_(
        "erased the personal data of %(count)s complaints, their term being over (rule %(rule)s %(version)s)"
    ),
    "finding_recorded": N_("found the complaint %(result)s; violations: %(violations)s"),
    "finding_changed": N_("changed the finding to %(result)s; violations: %(violations)s"),
    "complained_about": N_("named %(whom)s as complained about"),
    "interest_declared": N_("declared an interest in the matter and stands aside"),
    "stood_aside": N_("%(people)s stand aside: the complaint is about the agency they work for"),
    "recusal_lifted": N_("took back that %(whom)s must stand aside"),
    "role_vacated": N_("%(role)s is vacant, since %(person)s must stand aside"),
    "lead_vacated": N_("%(department)s has no lead, since %(person)s must stand aside"),
    "tasks_vacated": N_("%(count)s tasks have no owner, since %(person)s must stand aside"),
    "department_stood_down": N_("stood %(department)s down: %(reason)s"),
    "department_unaccepted": N_("%(department)s has not accepted in time; told %(people)s"),
    "department_silent": N_("%(department)s owes an update; reminded %(people)s"),
    "role_taken": N_("made %(person)s %(role)s"),
    "clock_met": N_("met the clock “%(clock)s”"),
    "clock_met_late": N_("met the clock “%(clock)s” after it was due"),
    "clock_started": N_("the clock “%(clock)s” started, due at %(due_at)s"),
    "clock_added": N_("added the clock “%(clock)s”, due at %(due_at)s. %(reason)s"),
    "clock_corrected": N_(
        "corrected the start of the clock “%(clock)s” to %(started_at)s; it is due at %(due_at)s: %(reason)s"
    ),
    "clock_voided": N_("voided the clock “%(clock)s”: %(reason)s"),
    "clock_asked": N_("asked to %(clock_act)s the clock “%(clock)s”: %(reason)s"),
    "clock_request_refused": N_("refused to %(clock_act)s the clock “%(clock)s”: %(reason)s"),
    "clock_paused": N_("paused the clock “%(clock)s”: %(reason)s"),
    "clock_resumed": N_("let the clock “%(clock)s” run on, due at %(due_at)s: %(reason)s"),
    "clock_extended": N_("extended the clock to “%(clock)s”, from %(before)s to %(due_at)s: %(reason)s"),
    "clock_moved": N_("the calendar changed: the clock “%(clock)s” moved from %(before)s to %(due_at)s"),
    "clock_missed": N_("the clock “%(clock)s” was missed"),
    "clock_lapsed": N_("the time of “%(clock)s” is over"),
    "channel_renamed": N_("the channel was renamed in Slack to #%(channel_name)s"),
    "channel_lost": N_("the channel #%(channel_name)s was archived, deleted or left in Slack"),
    "channel_back": N_("the former channel is open again in Slack; it goes on in #%(channel_name)s"),
    "channel_left": N_("let %(people)s leave the channel, who are no longer on duty for it"),
    "slack_recreated": N_("had everything that is missing in Slack made again"),
    "slack_step_failed": N_("Slack step %(step)s failed: %(reason)s"),
    "slack_step_retried": N_("retried the Slack step %(step)s"),
    "fallback_sent": N_("sent the alert by the fallback channels, since Slack did not deliver"),
    "option_added": N_("wrote the option %(option_kind)s (%(money)s)"),
    "option_revised": N_("wrote the next version of the option %(option_kind)s (%(money)s)"),
    "option_proposed": N_("proposed the option %(option_kind)s (%(money)s)"),
    "option_approved": N_("approved the option %(option_kind)s (%(money)s), %(count)s of %(needed)s"),
    "option_refused": N_("refused the option %(option_kind)s (%(money)s): %(reason)s"),
    "option_offered": N_("noted the offer %(option_kind)s (%(money)s), valid until %(until)s"),
    "option_countered": N_("noted a counter-offer (%(wanted)s) to %(option_kind)s (%(money)s)"),
    "option_accepted": N_("noted that the customer accepts %(option_kind)s (%(money)s)"),
    "option_declined": N_("noted that the customer declines %(option_kind)s (%(money)s)"),
    "option_expired": N_("ended the offer %(option_kind)s (%(money)s): its day is over"),
    "letter_written": N_("wrote version %(version)s of the letter for %(complaint)s"),
    "letter_submitted": N_("submitted version %(version)s of the letter for %(complaint)s"),
    "letter_approved": N_("approved version %(version)s of the letter for %(complaint)s"),
    "letter_returned": N_("returned version %(version)s of the letter for %(complaint)s: %(reason)s"),
    "decision_sent": N_("sent the decision on %(complaint)s by %(sent_by)s (version %(version)s)"),
    "complaint_withdrawn": N_("noted that complaint %(complaint)s was withdrawn, received %(received)s"),
    "follow_up_planned": N_("planned “%(follow_up)s” for %(due_at)s"),
    "follow_up_done": N_("did “%(follow_up)s”: %(note)s"),
    "follow_up_dropped": N_("dropped “%(follow_up)s”: %(note)s"),
    "effect_found": N_("judged that it has helped: %(note)s"),
    "effect_missing": N_("judged that it has not helped: %(note)s"),
    "satisfaction_asked": N_("noted the customer's score for %(complaint)s: %(score)s of 5 (%(comment)s)"),
    "assessed": N_("assessed %(customers)s customers, possible loss %(loss)s: level %(level)s (%(why)s)"),
    "lower_level_proposed": N_(
        "assessed %(customers)s customers, possible loss %(loss)s, and so proposed level %(level)s instead "
        "of %(before)s (%(why)s)"
    ),
    "level_kept": N_("kept level %(level)s: %(reason)s"),
    "reopened": N_("opened the incident again at %(stage)s: %(reason)s"),
    "clock_restarted": N_("started the clock “%(clock)s” again, due at %(due_at)s"),
    "agency_suspended": N_("suspended the agency %(agency)s: %(reason)s"),
    "agency_resumed": N_("let the agency %(agency)s work again: %(reason)s"),
    "linked": N_("linked it with %(other)s: %(reason)s"),
    "unlinked": N_("took away the link with %(other)s"),
    "merged": N_("merged it into %(target)s: %(reason)s"),
    "merged_from": N_(
        "merged %(source)s into it, with %(complaints)s complaints and %(tasks)s tasks: %(reason)s"
    ),
    "unmerged": N_("took it out of %(target)s again: %(reason)s"),
    "unmerged_from": N_("gave %(source)s back what was merged: %(reason)s"),
    "surge_opened": N_(
        "opened it for a group of %(count)s complaints from %(customers)s customers: %(cause)s"
    ),
    "surge_joined": N_("%(count)s more complaints joined; %(customers)s customers now"),
    "surge_member_added": N_("added complaint %(complaint)s to the group: %(reason)s"),
    "surge_member_removed": N_("took complaint %(complaint)s out of the group: %(reason)s"),
    "surge_undone": N_("undid the grouping of %(count)s complaints: %(reason)s"),
    "surge_left": N_("was in the group of %(parent)s, which was undone"),
    "update_given": N_("gave an update: %(situation)s"),
    "update_late": N_("no update in time; told %(people)s"),
    "role_offered": N_("offered %(role)s to %(person)s, with a briefing"),
    "role_declined": N_("declined to be %(role)s: %(reason)s"),
    "role_withdrawn": N_("took the offer of %(role)s back"),
    "role_unanswered": N_("ended the offer of %(role)s, since nobody answered it"),
    "commander_absent": N_("noticed that the commander %(person)s is away"),
    "data_reviewed": N_("looked through the personal data: %(note)s"),
    "closed": N_("closed the incident: %(summary)s"),
    "cancelled": N_("ended it without closing: %(reason)s"),
    "contact_planned": N_("planned to contact the customer (%(contact_channel)s) at %(contact_at)s"),
    "contact_attempted": N_(
        "tried to reach the customer (%(contact_channel)s, %(contact_at)s): %(contact_outcome)s"
    ),
    "contact_made": N_("spoke with the customer (%(contact_channel)s, %(contact_at)s): %(contact_outcome)s"),
    "contact_dropped": N_("dropped a planned contact (%(contact_channel)s)"),
    "contact_safety": N_("went past a limit on contact for safety: %(reason)s (%(limits)s)"),
    "contact_breach": N_(
        "recorded a contact outside the limits, for compliance to look at: %(reason)s (%(limits)s)"
    ),
    "contact_preferences_noted": N_("noted how the customer wants to be reached"),
    "contact_hold_placed": N_("placed the contact hold (%(hold_scope)s)"),
    "contact_hold_placed_by_hand": N_("placed the contact hold (%(hold_scope)s): %(reason)s"),
    "contact_hold_lifted": N_("lifted the contact hold: %(reason)s"),
    "contact_hold_assigned": N_("left the contact hold with %(person)s until %(review_at)s"),
    "drill_paused": N_("paused the drill: %(reason)s"),
    "drill_resumed": N_("let the drill go on after %(minutes)s min"),
    "inject_skipped": N_("left inject %(number)s of the drill out"),
    "inject_released": N_("sent inject %(number)s of the drill"),
    "inject_scored": N_("scored inject %(number)s of the drill"),
    "review_scheduled": N_("scheduled the post-mortem for %(due_at)s, owner %(owner)s"),
    "review_moved": N_("moved the post-mortem to %(meets_at)s (%(reason)s)"),
    "review_handed_over": N_("handed the post-mortem from %(before)s to %(owner)s (%(note)s)"),
    "review_held": N_("noted that the post-mortem was held"),
    "review_late": N_("the post-mortem is late; told %(people)s"),
    "review_published": N_("published the post-mortem, edition %(number)s"),
    "review_amended": N_("began to amend the post-mortem: %(reason)s"),
}


def record(incident_id: int, kind: str, *, by: str, at: datetime, **data: Any) -> None:
    """Add an event to the present transaction; raises KeyError for a kind without a sentence."""
    db.session.execute(insert(TimelineEvent), [row(incident_id, kind, by=by, at=at, **data)])


def row(incident_id: int, kind: str, *, by: str, at: datetime, **data: Any) -> dict[str, Any]:
    """The same as a row, for verbs that write many at once."""
    KINDS[kind] % data  # a missing value fails here, where the verb is, and not when somebody reads
    return {"incident_id": incident_id, "kind": kind, "at": at, "actor": by, "data": data, "seal_id": None}


def sentence(event: TimelineEvent) -> Reason:
    """The event as a translatable sentence."""
    return Reason(KINDS[event.kind], event.data)


def of(incident_id: int, *, newest: int | None = None) -> list[TimelineEvent]:
    """An incident's events, oldest first; with `newest`, only that many of the latest."""
    query = select(TimelineEvent).where(TimelineEvent.incident_id == incident_id)
    if newest is None:
        return list(db.session.scalars(query.order_by(TimelineEvent.id)))
    return list(db.session.scalars(query.order_by(TimelineEvent.id.desc()).limit(newest)))[::-1]
