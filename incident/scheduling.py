"""The sweeps of the service, as one table: what runs, how often, and what it is for; rows hold the due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from incident import audit, clocks, drills, housekeeping
from incident.agencies import register
from incident.alerting import escalation
from incident.db import unit_of_work
from incident.drills import learning as drill_learning
from incident.errors import N_
from incident.lifecycle.common import House
from incident.plan_changes import care, deciding, reading
from incident.playbooks import watch
from incident.readiness import history
from incident.reports import sending
from incident.reviews import action_register, invitation
from incident.reviews import reminding as review_reminding
from incident.settings import Settings
from incident.surges import tally
from incident.training import certificates
from incident.watches import (
    aftercare,
    calendar_watch,
    change_watch,
    duty_watch,
    hold_watch,
    line_watch,
    nagging,
    option_watch,
    room_watch,
    task_watch,
)


@dataclass(frozen=True)
class Beat:
    """What every sweep is given."""

    at: datetime
    house: House
    settings: Settings


def _seal(beat: Beat) -> int:
    if not audit.anything_unsealed():
        return 0
    with unit_of_work():
        return audit.seal(at=beat.at)


def _certificates(beat: Beat) -> int:
    missing = certificates.remind_missing(at=beat.at, calendar=beat.house.calendar)
    return missing + certificates.remind(at=beat.at)


@dataclass(frozen=True)
class Job:
    """One row of the table: what runs, how often, and what it is for."""

    name: str
    every: timedelta
    run: Callable[[Beat], int]
    about: str


def _at_home(sweep: Callable[..., int]) -> Callable[[Beat], int]:
    return lambda beat: sweep(at=beat.at, house=beat.house)


JOBS: tuple[Job, ...] = (
    Job(
        "escalate",
        timedelta(seconds=1),
        lambda beat: escalation.sweep(at=beat.at, zone=beat.house.zone, rule_set=beat.house.rule_set),
        N_("Alert the next people where nobody has acknowledged"),
    ),
    Job(
        "watch_lines",
        timedelta(seconds=2),
        _at_home(line_watch.sweep),
        N_("Ask for departments that do not accept or report in time"),
    ),
    Job(
        "run_drills",
        timedelta(seconds=1),
        _at_home(drills.beat.run),
        N_("Open the drills whose time has come, and deliver their injects"),
    ),
    Job(
        "plan_drills",
        timedelta(minutes=5),
        _at_home(drills.plan_ahead),
        N_("Put the next drills of recurring programmes on the calendar"),
    ),
    Job(
        "nag_updates",
        timedelta(seconds=5),
        lambda beat: nagging.late_updates(at=beat.at, calendar=beat.house.calendar),
        N_("Tell of updates that are late"),
    ),
    Job(
        "remind_hand_overs",
        timedelta(seconds=15),
        lambda beat: nagging.unanswered_offers(at=beat.at),
        N_("Ask those again who were offered a role"),
    ),
    Job(
        "watch_commanders",
        timedelta(seconds=30),
        lambda beat: nagging.absent_commanders(at=beat.at, calendar=beat.house.calendar),
        N_("Look for commanders who are away"),
    ),
    Job(
        "executive_report",
        timedelta(seconds=30),
        lambda beat: sending.send_due(
            at=beat.at,
            calendar=beat.house.calendar,
            url=beat.settings.url,
            mailed=bool(beat.settings.report_urls),
        ),
        N_("Send the executive report at 08:30 and 18:00 on working days"),
    ),
    Job(
        "remind_reviews",
        timedelta(seconds=30),
        lambda beat: review_reminding.remind(at=beat.at, calendar=beat.house.calendar),
        N_("Remind the owners of post-mortems"),
    ),
    Job(
        "invite_reviews",
        timedelta(seconds=30),
        lambda beat: invitation.invite(
            at=beat.at,
            url=beat.settings.url,
            zone=beat.house.zone,
            mailed=bool(beat.settings.mail_url.get_secret_value()),
        ),
        N_("Invite people to post-mortems, again where a meeting was moved"),
    ),
    Job(
        "review_drills",
        timedelta(minutes=1),
        _at_home(drill_learning.review_due),
        N_("Schedule the post-mortems of drills that were rated M or U"),
    ),
    Job(
        "remind_actions",
        timedelta(seconds=30),
        lambda beat: action_register.remind(at=beat.at, calendar=beat.house.calendar),
        N_("Remind the owners of corrective actions"),
    ),
    Job(
        "remind_follow_ups",
        timedelta(seconds=30),
        _at_home(aftercare.remind),
        N_("Remind the owners of follow-ups with customers"),
    ),
    Job(
        "watch_duty",
        timedelta(minutes=1),
        _at_home(duty_watch.sweep),
        N_("Look for departments with nobody on duty"),
    ),
    Job(
        "follow_rooms",
        timedelta(seconds=30),
        lambda b: room_watch.sweep(at=b.at, house=b.house, after_days=b.settings.slack_archive_after_days),
        N_("Let incidents' channels follow duty, and archive them some days after the end"),
    ),
    Job(
        "end_offers",
        timedelta(seconds=30),
        lambda beat: option_watch.sweep(at=beat.at),
        N_("End the offers whose day is over"),
    ),
    Job(
        "watch_holds",
        timedelta(minutes=1),
        lambda beat: hold_watch.remind(at=beat.at),
        N_("Remind those who keep a contact hold beyond the closing"),
    ),
    Job(
        "remind_tasks",
        timedelta(seconds=5),
        lambda beat: task_watch.sweep(at=beat.at, house=beat.house),
        N_("Remind people of their tasks, in one message each"),
    ),
    Job(
        "watch_plans",
        timedelta(seconds=5),
        lambda beat: watch.sweep(beat.settings.playbooks_dir, at=beat.at),
        N_("Load plan files that were changed"),
    ),
    Job(
        "publish_changes",
        timedelta(seconds=30),
        lambda beat: deciding.publish_due(at=beat.at),
        N_("Publish changes of plans whose day has come"),
    ),
    Job(
        "prove_changes",
        timedelta(minutes=1),
        lambda beat: change_watch.sweep(at=beat.at),
        N_("Note the drills that proved changes of plans"),
    ),
    Job(
        "remind_readings",
        timedelta(minutes=5),
        lambda beat: reading.remind(at=beat.at, calendar=beat.house.calendar),
        N_("Remind people of new versions of plans that they have not read"),
    ),
    Job(
        "care_for_plans",
        timedelta(minutes=10),
        lambda beat: care.sweep(at=beat.at, calendar=beat.house.calendar),
        N_("Remind those who look after plans that a review is due"),
    ),
    Job(
        "remind_certificates",
        timedelta(minutes=10),
        _certificates,
        N_("Remind people of certificates that end, and of courses that they lack"),
    ),
    Job(
        "keep_readiness",
        timedelta(minutes=10),
        _at_home(history.take),
        N_("Keep the readiness score of the day"),
    ),
    Job(
        "remind_agencies",
        timedelta(minutes=10),
        lambda beat: register.remind(at=beat.at),
        N_("Remind departments of the evaluation of agencies"),
    ),
    Job(
        "count_groups",
        timedelta(seconds=2),
        lambda beat: tally.sweep(at=beat.at, house=beat.house),
        N_("Count the customers of groups and bring their parents up to date"),
    ),
    Job("seal", timedelta(seconds=5), _seal, N_("Seal the timeline and the audit log")),
    Job(
        "clocks",
        timedelta(seconds=5),
        lambda beat: clocks.sweep(at=beat.at, house=beat.house.calendar),
        N_("Warn of clocks that run out, and set missed what was not met in time"),
    ),
    Job(
        "calendar_end",
        timedelta(hours=6),
        lambda beat: calendar_watch.sweep(at=beat.at, house=beat.house),
        N_("Warn before the working calendar runs out"),
    ),
    Job(
        "tidy",
        timedelta(hours=1),
        lambda beat: housekeeping.tidy(beat.settings.evidence_dir, at=beat.at, rule_set=beat.house.rule_set),
        N_("Remove receipts, kept answers and broken-off uploads, and data whose term is over"),
    ),
)
