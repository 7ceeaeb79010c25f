"""Scenes in which somebody finds every button there is in their Slack; each names those that it shows."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select, update

from incident import accounts, clock, drills, duty
from incident.coordination import handovers, options
from incident.coordination.option_words import Wanted
from incident.db import db, unit_of_work
from incident.drills import scenarios
from incident.models.incidents import Task
from incident.models.people import Person
from incident.models.reviews import Review
from incident.plan_changes import deciding, moves, proposing
from incident.playbooks import library
from incident.reviews import action_register, actions, reminding, schedule
from incident.vocabulary import TaskStatus
from incident.watches import task_watch
from tests import crowds
from tests.slack.world import ADMIN, World

ME = "U0ME"
MENUS = {"zh_CN": ("", "列表", "值班", "演练", "复盘"), "en": ("", "list", "duty", "drill", "review")}
PLAN = "self_harm_threat"


def both(words: str) -> dict[str, str]:
    return {"zh": f"这是演练中的一句话{words}", "en": f"a sentence of the drill {words}"}


def cast(world: World, locale: str, *, department: str = "CS", role: str = "commander") -> None:
    """I am on duty for a department; Lee is for another, and commands where I do not."""
    zh = locale == "zh_CN"
    me = {"name": "王梅" if zh else "May", "slack_id": ME, "role": role, "locale": locale}
    world.person(**me, department=department, on_duty=department)
    lee = {"name": "李娜" if zh else "Lee", "slack_id": "U0LEE", "role": "commander", "locale": locale}
    world.person(**lee, on_duty="COM")


def who(slack_id: str) -> Person:
    return db.session.scalars(select(Person).where(Person.slack_id == slack_id)).one()


def of_everything(world: World, locale: str) -> None:
    """An incident with alerts, tasks that are late, a role offered, an option to approve, and the menus."""
    cast(world, locale)
    number = world.incident(level=2)
    world.settle()
    with world.app.app_context():
        at, row, me, lee = clock.now(), world.row(number), who(ME), who("U0LEE")
        with unit_of_work():
            todo = (Task.incident_id == row.id) & (Task.status == TaskStatus.TODO)
            late = {"assignee_id": me.id, "remind_at": at, "due_at": at - timedelta(minutes=5)}
            db.session.execute(update(Task).where(todo).values(**late))
        task_watch.sweep(at=at, house=world.house)
        with unit_of_work():
            by = accounts.actor(lee)
            wanted = Wanted(kind="waiver", amount=Decimal("300.00"), terms="x")
            option = options.write(row, wanted, by=by, at=at, calendar=world.house.calendar)
            options.propose(row, option, by=by, at=at)
            handovers.offer(row, "scribe", me, by=by, at=at)
    world.settle()
    for word in MENUS[locale]:
        world.command(word, user=ME)
    world.command("", user=ME, channel=world.facts(number)["channel_id"])


def called(world: World, locale: str) -> None:
    """A department that is asked to accept."""
    cast(world, locale, department="COL", role="responder")
    world.incident("improper_collection")
    world.settle()


def in_a_drill(world: World, locale: str) -> None:
    """An inject to choose an answer to, and one to answer in words."""
    cast(world, locale, role="responder")
    inject = {"channel": "phone", "at": "0m", "expected": both("0"), "within": "10m"}
    choices = {"respond": "choose", "choices": [both("1"), both("2")], "right": 2}
    content = {
        "key": "small", "kind": "tabletop", "title": both("3"), "situation": both("4"),
        "objectives": [both("5")],
        "injects": [{**inject, **choices, "text": both("6")}, {**inject, "text": both("7"), "to": ["CS"]}],
    }  # fmt: skip
    with world.app.app_context(), unit_of_work():
        scenarios.save(PLAN, content, by=ADMIN, at=clock.now())
    _begin(world, player=ME, director="U0LEE", scenario="small")


def directing(world: World, locale: str) -> None:
    """A drill of mine, and a real emergency that comes in between."""
    cast(world, locale, role="trainer")
    _begin(world, player="U0LEE", director=ME, scenario=None)
    world.incident(PLAN, level=1)
    _beat(world)


def learning(world: World, locale: str) -> None:
    """A post-mortem that I own and one of Lee's that is late, and an action of mine that is due."""
    cast(world, locale, role="manager")
    numbers = world.incident(), world.incident()
    world.settle()
    with world.app.app_context():
        with unit_of_work():
            who(ME).group_head = True
            at, calendar = clock.now(), world.house.calendar
            by = accounts.actor(who("U0LEE"))
            mine, late = (
                schedule.required(world.row(each), "asked", by=by, at=at, calendar=calendar)
                for each in numbers
            )
            mine.owner_id, late.owner_id = who(ME).id, who("U0LEE").id
            late.remind_at = late.meets_at = late.due_at = at - timedelta(days=3)
            review = db.session.get_one(Review, mine.id)
            wanted = actions.Wanted("fix", "x", owner=who(ME))
            action = actions.add(review, wanted, by=accounts.actor(who(ME)), at=at, calendar=calendar)
            action.remind_at = review.remind_at = at
        duty.changed()
        reminding.remind(at=at, calendar=calendar)
        action_register.remind(at=at, calendar=calendar)
    world.settle()


def reading_a_plan(world: World, locale: str) -> None:
    """A plan that concerns me has a new version."""
    cast(world, locale)
    world.person(name="Zoe", slack_id="U0ZOE", role="manager", locale=locale)
    with world.app.app_context():
        at, lee, zoe = clock.now(), accounts.actor(who("U0LEE")), accounts.actor(who("U0ZOE"))
        content = library.current(PLAN).plan.model_dump(mode="json")
        content["steps"][2]["due"] = "3h"
        with unit_of_work():
            made = proposing.begin(PLAN, reason="x", content=content, submit=True, by=lee, at=at)
        with unit_of_work():
            deciding.approve(moves.find(made.id), by=zoe, at=at)
        with unit_of_work():
            deciding.publish(moves.find(made.id), note="x", by=zoe, at=at)
    world.settle()


def in_a_crowd(world: World, locale: str) -> None:
    """Two groups of complaints, to confirm and to dismiss."""
    cast(world, locale, role="manager")
    with world.app.app_context():
        at = clock.now()
        crowds.arrive(3, at=at)
        crowds.arrive(3, at=at, start=10, complaint_type="fee_dispute")
    world.settle()


def _begin(world: World, *, player: str, director: str, scenario: str | None) -> None:
    with world.app.app_context(), unit_of_work():
        at = clock.now()
        wanted = drills.Wanted(
            PLAN, [who(player).email], scenario=scenario, staff={"director": [who(director).email]}
        )
        begins = at + timedelta(hours=1)
        (drill,) = drills.schedule(wanted, starts_at=begins, by=ADMIN, at=at, house=world.house)
        drills.begin(drill.id, by=ADMIN, at=at, house=world.house)
    _beat(world)


def _beat(world: World) -> None:
    with world.app.app_context():
        drills.beat.run(at=clock.now(), house=world.house)
    world.settle()


# scene → the buttons that I find in it; those of the menus say a word each and count as one
SCENES: dict[Callable[[World, str], None], set[str]] = {
    of_everything: {
        "incident_acknowledge", "task_done", "task_blocked", "task_snooze_hour", "task_snooze_morning",
        "task_stop", "option_approve", "option_refuse", "form_situation", "say",
    },
    called: {"incident_acknowledge", "incident_line_accept"},
    in_a_drill: {"incident_acknowledge", "drill_choose", "drill_answer"},
    directing: {"incident_acknowledge", "drill_suspend"},
    learning: {"incident_acknowledge", "review_held", "review_take_over", "action_finish", "action_extend"},
    reading_a_plan: {"plan_read"},
    in_a_crowd: {"incident_acknowledge", "incident_line_accept", "group_confirm", "group_dismiss"},
}  # fmt: skip
