"""The App Home of one person: gathered from what is theirs, published when they open it or press in it."""

from incident import i18n
from incident.coordination import option_moves
from incident.errors import N_
from incident.models.incidents import Incident, Task
from incident.permissions import Permission
from incident.slack import own
from incident.slack.asking import Ask
from incident.slack.blocks import home, menu, requests, texts, todo
from incident.slack.blocks.home import Part, Row
from incident.slack.desk import Desk
from incident.slack.envelopes import Event
from incident.slack.spoken import duties, looking
from incident.vocabulary import Level

INCIDENTS_MOST, TASKS_MOST, OTHERS_MOST = 8, 10, 5


def opened(desk: Desk, event: Event) -> None:
    """Somebody opened the App Home; its other tab, the messages, needs nothing."""
    slack_id = event.text("user")
    if not slack_id or event.text("tab") != "home":
        return
    ask = desk.ask(slack_id)
    if ask is None:
        view = home.stranger(desk.refused(slack_id).blocks)
        desk.slack.call("views.publish", user_id=slack_id, view=view)
        return
    publish(ask, slack_id)


def publish(ask: Ask, slack_id: str) -> None:
    """Draw it afresh; raises Trouble."""
    ask.slack.call("views.publish", user_id=slack_id, view=build(ask))


def build(ask: Ask) -> texts.Block:
    """What is theirs now: approvals and offers first, since others wait for them."""
    parts: list[Part] = []
    if ask.by.can(Permission.INCIDENTS_READ):
        parts = [
            *_waiting(ask),
            Part(
                N_("My incidents"),
                [_incident(ask, each) for each in own.incidents(ask.person.id, most=INCIDENTS_MOST)],
            ),
            Part(N_("My tasks"), [_task(ask, *each) for each in own.tasks(ask.person.id, most=TASKS_MOST)]),
            Part(N_("My duty"), _duty(ask)),
        ]
    if ask.by.can(Permission.DRILLS_READ):
        drills = own.drills_ahead(ask.by, at=ask.at, most=OTHERS_MOST)
        parts.append(Part(N_("Drills ahead"), [Row(looking.drawn(ask, each)) for each in drills]))
    return home.build(ask.person.name, parts, url=ask.settings.url, locale=ask.locale)


def _waiting(ask: Ask) -> list[Part]:
    """Approvals and roles that wait for this person; without any, the approvals say so."""
    rows = []
    for option, incident in own.to_approve(ask.person, most=OTHERS_MOST):
        said = ask.say("%(option_kind)s · %(money)s", **option_moves.named(option))
        buttons = (
            texts.button(requests.APPROVE, ask.say(N_("Approve")), value=str(option.id), style="primary"),
            texts.button(requests.REFUSE, ask.say(N_("Refuse")), value=str(option.id)),
        )
        rows.append(Row(f"{_link(ask, incident)} {said}", buttons))
    for offer, incident in own.offers(ask.person.id, most=OTHERS_MOST):
        role = str(offer.role)
        said = ask.say(N_("You are asked to take over: %(role)s"), role=role)
        buttons = (
            menu.saying(0, ask.say(N_("Accept")), f"role {incident.number} accept {role}", style="primary"),
            menu.saying(1, ask.say(N_("Decline")), f"role {incident.number} decline {role}"),
        )
        rows.append(Row(f"{_link(ask, incident)} {said}", buttons))
    return [Part(N_("Waiting for my answer"), rows)]


def _link(ask: Ask, incident: Incident) -> str:
    mark = f"【{ask.say(N_('DRILL'))}】" if incident.drill else ""
    sign = f"{texts.SIGNS[int(incident.level)]} {Level(incident.level).numeral}"
    return f"{mark}{sign} <{ask.settings.url}/incidents/{incident.number}|{incident.number}>"


def _incident(ask: Ask, incident: Incident) -> Row:
    stage = i18n.words("stage", incident.stage, ask.locale)
    where = f" <#{incident.channel_id}>" if incident.channel_id else ""
    text = f"{_link(ask, incident)} {texts.escape(incident.title(ask.locale))} · {stage}{where}"
    buttons = [menu.saying(0, ask.say(N_("Update")), f"update {incident.number} form")]
    if incident.acknowledged_at is None:
        buttons.insert(
            0, menu.saying(1, ask.say(N_("Acknowledge")), f"ack {incident.number}", style="primary")
        )
    buttons.append(menu.saying(2, ask.say(N_("Tasks")), f"task {incident.number}"))
    return Row(text, tuple(buttons))


def _task(ask: Ask, task: Task, incident: Incident) -> Row:
    late = "🔴 " if task.due_at <= ask.at else ""
    text = (
        f"{late}{todo.MARKS[task.status]} {texts.escape(task.title(ask.locale))} · {_link(ask, incident)}"
        f" · {texts.date(task.due_at, ask.zone)}"
    )
    return Row(text, tuple(todo.work_buttons(task.id, ask.locale)))


def _duty(ask: Ask) -> list[Row]:
    found = own.duty(ask.person.id, at=ask.at, house=ask.house, most=OTHERS_MOST)
    return [Row(duties.stretch(ask, each)) for each in found]
