"""A plan in short: what it is for, who is called out, the steps with their times, and what is never done."""

from incident import i18n
from incident.alerting.facts import IncidentFacts
from incident.errors import N_
from incident.playbooks.schema import Plan
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Message

STEPS_MOST, POINTS_MOST = 20, 5  # the page has them all


def build(plan: Plan, incident: IncidentFacts | None, base_url: str, locale: str) -> Message:
    """The plan; of an incident, the steps of its present stage come first and alone."""
    title = texts.escape(plan.title[locale])
    head = f"{incident.number} · {title}" if incident else title
    steps = [each for each in plan.steps if incident is None or each.stage == incident.stage]
    names = [f"{i18n.words('department', each.code, locale)}" for each in plan.departments]
    lines = [
        f"*{texts.drill_mark(incident, locale) if incident else ''}{head}*",
        texts.escape(plan.purpose[locale]),
        f"*{i18n.say(N_('Departments'), locale)}*: {' · '.join(map(texts.escape, names))}",
        f"*{_steps_head(incident, locale)}*",
    ]
    lines += [
        f"{'‼️' if each.must else '•'} {texts.escape(each.title[locale])} (`{each.due}`)"
        for each in steps[:STEPS_MOST]
    ]
    lines.append(f"*{i18n.say(N_('Never'), locale)}*")
    lines += [f"🚫 {texts.escape(each.text[locale])}" for each in plan.forbidden[:POINTS_MOST]]
    link = f"{base_url}/playbooks/{plan.key}"
    button = texts.button(texts.OPEN_ON_BOARD, i18n.say(N_("Open on the board"), locale), url=link)
    return Message(head, [*texts.paragraphs(lines), *texts.rows([button])])


def _steps_head(incident: IncidentFacts | None, locale: str) -> str:
    if incident is None:
        return i18n.say(N_("Steps"), locale)
    stage = i18n.words("stage", incident.stage, locale)
    return texts.say(N_("Steps at %(stage)s"), locale, stage=stage)
