"""Tasks in Slack: the reminder with its buttons, and the list of an incident's tasks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from incident import i18n
from incident.alerting.channels import Order
from incident.alerting.facts import TaskFacts
from incident.errors import N_
from incident.slack.blocks import menu, texts
from incident.slack.blocks.texts import Block, Message

SHOWN_MOST = 12  # tasks with buttons in one message; the page has them all
ACTS_MOST = 5  # of the reader's own tasks in a list that get buttons
DONE, BLOCKED = "task_done", "task_blocked"
HOUR, MORNING, STOP = "task_snooze_hour", "task_snooze_morning", "task_stop"
BUTTONS: dict[str, str] = {
    HOUR: N_("Remind in 1 h"),
    MORNING: N_("Remind tomorrow 9:00"),
    STOP: N_("Remind no more"),
}
MARKS = {"todo": "○", "doing": "◐", "blocked": "⛔", "done": "●", "dropped": "–"}
OVERDUE, DUE = N_("overdue since %(due)s"), N_("due %(due)s")
UNBLOCK, NOBODYS = N_("you can unblock it"), N_("nobody owns it: give it to somebody")


def build(order: Order, locale: str, zone: ZoneInfo, base_url: str) -> Message:
    """Everything that one person has to see to: number and title only, with the buttons to put it off."""
    shown, more = order.tasks[:SHOWN_MOST], len(order.tasks) - SHOWN_MOST
    head = i18n.say(N_("⏰ Your tasks: %(count)s"), locale, count=len(order.tasks))
    blocks = [texts.section(f"*{head}*")]
    lines = []
    for task in shown:
        lines.append(_line(task, locale, zone, base_url))
        blocks.append(texts.section(lines[-1]))
        if task.yours:
            blocks.append(_buttons(task, locale))
    if more > 0:
        blocks.append(texts.context(i18n.say(N_("… and %(count)s more."), locale, count=more)))
    blocks.append(_all(base_url, locale))
    return Message("\n".join([head, *lines]), blocks)


@dataclass(frozen=True)
class Line:
    """A task in the list of an incident; its number is its place."""

    title: dict[str, str]
    status: str
    waits: bool
    owner: str | None
    due_at: datetime


def listing(
    head: str,
    lines: list[Line],
    locale: str,
    zone: ZoneInfo,
    *,
    acts: Sequence[tuple[int, int]] = (),
    number: str = "",
) -> Message:
    """Every task with its number, state and owner, in as few paragraphs as hold them; `acts` are (place, id)
    of the reader's own, which get buttons."""
    written = [f"*{head}*", *(_listed(n, each, locale, zone) for n, each in enumerate(lines, start=1))]
    blocks = texts.paragraphs(written)
    for place, task_id in acts[:ACTS_MOST]:
        blocks.append({"type": "actions", "elements": work_buttons(task_id, locale, place=f"{place}. ")})
    add = menu.saying(0, i18n.say(N_("Add a task"), locale), f"task {number} add")
    return Message("\n".join(written), [*blocks, *texts.rows([add])])


def work_buttons(task_id: int, locale: str, *, place: str = "") -> list[Block]:
    """Done and blocked, for whoever owns a task; `place` stands before the words where several lists meet."""
    return [
        texts.button(action, f"{place}{i18n.say(words, locale)}", value=str(task_id), style=style)
        for action, words, style in ((DONE, N_("Done"), "primary"), (BLOCKED, N_("Blocked"), ""))
    ]


def _listed(number: int, each: Line, locale: str, zone: ZoneInfo) -> str:
    state = i18n.say(N_("waits"), locale) if each.waits else i18n.words("task_status", each.status, locale)
    owner = texts.escape(each.owner) if each.owner else f"⚠️ {i18n.say(N_('nobody'), locale)}"
    due = "" if each.status in ("done", "dropped") else f" · {texts.date(each.due_at, zone)}"
    title = texts.escape(each.title[i18n.short(locale)])
    return f"{number}. {MARKS[each.status]} {title} — {state} · {owner}{due}"


def _line(task: TaskFacts, locale: str, zone: ZoneInfo, base_url: str) -> str:
    drill = f"【{i18n.say(N_('DRILL'), locale)}】" if task.drill else ""
    sign = f"{texts.SIGNS[int(task.level)]} {task.level.numeral}"
    link = f"<{base_url}/incidents/{task.number}#task-{task.id}|{task.number}>"
    sentence = OVERDUE if task.overdue else DUE
    said = [i18n.say(sentence, locale, due=texts.date(task.due_at, zone))]
    if not task.yours:
        said.append(i18n.say(NOBODYS, locale))
    elif task.asked:
        said.append(i18n.say(UNBLOCK, locale))
    return f"{drill}{sign} {link} {texts.escape(task.title[locale])}\n{' · '.join(said)}"


def _buttons(task: TaskFacts, locale: str) -> Block:
    """Done and blocked for whoever owns it, and the ways to be reminded later."""
    later = [
        texts.button(action, i18n.say(words, locale), value=str(task.id)) for action, words in BUTTONS.items()
    ]
    return {"type": "actions", "elements": [*([] if task.asked else work_buttons(task.id, locale)), *later]}


def _all(base_url: str, locale: str) -> Block:
    button = {
        "type": "button",
        "action_id": texts.OPEN_ON_BOARD,
        "url": f"{base_url}/tasks",
        "text": texts.plain(i18n.say(N_("My tasks"), locale)),
    }
    return {"type": "actions", "elements": [button]}
