"""Reminders: what is due or missing, told to whoever can mend it."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from incident import i18n
from incident.alerting.channels import Order
from incident.errors import N_
from incident.slack.blocks import menu, reviews, texts, todo
from incident.slack.blocks.texts import Block, Message

PLAN_READ = "plan_read"
# about → (the sentence, the page where it is mended); the values come from the delivery's payload
ABOUT: dict[str, tuple[str, str]] = {
    "vacant": (
        N_("⚠️ Roles or departments of %(number)s are without anybody; give them to somebody."),
        "/incidents/%(number)s#people",
    ),
    "follow_up": (
        N_("⏰ %(number)s: “%(follow_up)s” is due at %(due)s."),
        "/incidents/%(number)s/decision#follow-ups",
    ),
    "reopened": (
        N_("🔁 %(number)s was opened again and you command it; look at it now."),
        "/incidents/%(number)s",
    ),
    "plan_changed": (
        N_("📘 %(plan_title)s: version %(number_of_version)s is in force. %(note)s\n%(changes)s"),
        "/playbooks/%(key_of_plan)s/versions/%(number_of_version)s",
    ),
    "training": (N_("🎓 These courses wait for you: %(course_title)s"), "/training"),
    "certificate": (
        N_("🎓 Your certificate “%(course_title)s” ends on %(due_on)s; take the course again."),
        "/training/%(course)s",
    ),
    "plan_review": (
        N_("⏰ The plan “%(plan_title)s” is to be looked through by %(due_on)s."),
        "/playbooks/%(key_of_plan)s#care",
    ),
    "plan_change_review": (
        N_("📝 A change of the plan “%(plan_title)s” waits for your approval."),
        "/changes/%(change)s",
    ),
    "plan_change_decided": (
        N_("📝 Your change request on “%(plan_title)s”: %(change_state)s."),
        "/changes/%(change)s",
    ),
    "plan_change_held": (
        N_("⚠️ Your change of “%(plan_title)s” was due, but the plan has changed since; bring it up to date."),
        "/changes/%(change)s",
    ),
    "agency": (N_("⏰ The evaluation of the agency %(agency)s is due on %(due_on)s."), "/agencies"),
    "update": (N_("⏰ The update on %(number)s was due at %(due)s."), "/incidents/%(number)s/updates"),
    "hand_over": (
        N_("🤝 You are asked to take over a role on %(number)s; the briefing is on the page."),
        "/incidents/%(number)s/updates#hand-overs",
    ),
    "hand_over_declined": (
        N_("🤝 %(name)s declined the role on %(number)s."),
        "/incidents/%(number)s/updates#hand-overs",
    ),
    "commander_absent": (
        N_("⚠️ The commander of %(number)s, %(name)s, is away; somebody must take the command."),
        "/incidents/%(number)s/updates#hand-overs",
    ),
    "report": (N_("📋 The executive report of %(due)s is there: %(summary)s"), "/report"),
    "duty": (N_("⚠️ Nobody is on duty for %(department)s."), "/admin/duty"),
    "hold": (
        N_("⏰ The contact hold of %(number)s is to be looked at again."),
        "/incidents/%(number)s/contacts",
    ),
    "contact_breach": (
        N_("⚠️ On %(number)s the customer was contacted outside the limits; compliance must look at it."),
        "/incidents/%(number)s/contacts",
    ),
}

# about → what can be done about it at once: what would be typed, and the words on the button
ACTS: dict[str, tuple[tuple[str, str], ...]] = {
    "hand_over": (
        ("role %(number)s accept %(role)s", N_("Accept")),
        ("role %(number)s decline %(role)s", N_("Decline")),
    ),
    "hand_over_declined": (("role %(number)s give %(role)s", N_("Offer it to somebody else")),),
    "commander_absent": (("role %(number)s take commander", N_("Take the command")),),
    "update": (("update %(number)s form", N_("Give an update")),),
    "vacant": (("role %(number)s", N_("Roles")), ("dept %(number)s", N_("Departments"))),
    "hold": (("contact %(number)s may", N_("May I call?")),),
    "reopened": (("show %(number)s", N_("How it stands")),),
    "review": (("review %(number)s", N_("Post-mortem")),),
}


def build(order: Order, locale: str, zone: ZoneInfo, base_url: str) -> Message:
    """The reminder with a link; raises KeyError for something without a sentence."""
    if order.payload["about"] == "clocks":
        return _clocks(order.payload, locale, zone, base_url)
    if order.payload["about"] == "tasks":
        return todo.build(order, locale, zone, base_url)
    if order.payload["about"] in reviews.ABOUT:
        return reviews.build(order, locale, zone, base_url)
    sentence, path = ABOUT[order.payload["about"]]
    values = {name: value for name, value in order.payload.items() if isinstance(value, str | dict)}
    if order.incident is not None:
        values["number"] = order.incident.number
    due = order.payload.get("due_at")
    when = texts.date(datetime.fromisoformat(due), zone) if due else ""
    words = i18n.say(
        sentence, locale, **{**{name: texts.harmless(each) for name, each in values.items()}, "due": when}
    )
    mark = texts.drill_mark(order.incident, locale) if order.incident else ""
    text = f"{mark}{words}"
    link = _link(f"{base_url}{path % {**order.payload, **values}}", locale)
    link["elements"] = [*_acts(order, locale), *link["elements"]]
    if order.payload["about"] == "plan_changed":
        link["elements"].append(_have_read(order.payload, locale))
    return Message(text, [texts.section(text), link])


def _acts(order: Order, locale: str) -> list[Block]:
    """What whoever is reminded can do at once, as buttons that say a word."""
    acts = ACTS.get(order.payload["about"], ()) if order.incident is not None else ()
    values = {
        "number": order.incident.number if order.incident else "",
        "role": order.payload.get("role", ""),
    }
    return [
        menu.saying(place, i18n.say(words, locale), typed % values, style="" if place else "primary")
        for place, (typed, words) in enumerate(acts)
    ]


def _have_read(payload: dict[str, Any], locale: str) -> Block:
    return {
        "type": "button",
        "action_id": PLAN_READ,
        "value": f"{payload['key_of_plan']} {payload['number_of_version']}",
        "text": texts.plain(i18n.say(N_("I have read it"), locale)),
    }


def have_read(title: dict[str, str], number: int, locale: str) -> Message:
    """What stands in the message's place once its reader has confirmed."""
    said = N_("✅ You have read version %(number)s of the plan “%(plan_title)s”.")
    words = texts.say(said, locale, plan_title=title, number=str(number))
    return Message(words, [texts.section(words)])


def _clocks(payload: dict[str, Any], locale: str, zone: ZoneInfo, base_url: str) -> Message:
    """Every clock that somebody must look at, the missed ones first, each in a line."""
    head = i18n.say(N_("⏰ Clocks that want you"), locale)
    mark = f"【{i18n.say(N_('DRILL'), locale)}】" if payload.get("drill") else ""
    items = sorted(payload["items"], key=lambda item: (item["mark"] != "missed", item["due_at"]))
    lines = [_clock(item, locale, zone, base_url) for item in items]
    if payload.get("more"):
        lines.append(i18n.say(N_("and %(count)s more"), locale, count=payload["more"]))
    text = f"{mark}{head}\n" + "\n".join(lines)
    return Message(text, [texts.section(text), _link(f"{base_url}/clocks?mine=1", locale)])


def _clock(item: dict[str, Any], locale: str, zone: ZoneInfo, base_url: str) -> str:
    number = f"<{base_url}/incidents/{item['number']}/clocks#clock-{item['clock_id']}|{item['number']}>"
    sentence = (
        N_("🔴 %(number)s “%(clock)s” was missed; it was due at %(due)s.")
        if item["mark"] == "missed"
        else N_("• %(number)s “%(clock)s” is due at %(due)s: %(mark)s.")
    )
    title = {language: texts.escape(words) for language, words in item["title"].items()}
    return i18n.say(
        sentence,
        locale,
        number=number,
        clock=title,
        due=texts.date(datetime.fromisoformat(item["due_at"]), zone),
        mark=i18n.words("clock_mark", item["mark"], locale),
    )


def _link(url: str, locale: str) -> Block:
    button = {
        "type": "button",
        "action_id": texts.OPEN_ON_BOARD,
        "url": url,
        "text": texts.plain(i18n.say(N_("Open on the board"), locale)),
    }
    return {"type": "actions", "elements": [button]}
