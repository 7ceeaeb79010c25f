"""The word `link`: incidents that belong together."""

from incident.errors import N_
from incident.lifecycle import common, linking
from incident.permissions import Permission
from incident.slack import acting, asking, finding, meant
from incident.slack.asking import Ask
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Message
from incident.slack.words import word


@word("link")
def link(ask: Ask) -> Message:
    """Link two incidents with the reason; with one, list its links."""
    number, rest = _target(ask)
    token, reason = finding.halves(rest)
    if not token:
        return _list(ask, number)
    other_number = finding.named(ask, token)
    asking.needs(other_number, N_("Say with which incident, by its number, and why."))
    other = common.by_number(str(other_number))
    words = meant.words(reason)
    incident = acting.change(
        ask, number, lambda found: linking.link(found, other, reason=words, by=ask.by, at=ask.at)
    )
    said = ask.say(N_("%(number)s and %(other)s are linked."), number=incident.number, other=other.number)
    return asking.line(f"🔗 {said}")


def _target(ask: Ask) -> tuple[str, str]:
    """In an incident's channel `43 same agency` names the other; `42 43 same agency` names both."""
    first, rest = finding.halves(ask.rest)
    here = finding.in_channel(ask.channel_id)
    both = finding.named(ask, finding.halves(rest)[0]) is not None
    return (
        (here, ask.rest) if here and not both and finding.named(ask, first) != here else finding.target(ask)
    )


def _list(ask: Ask, number: str) -> Message:
    ask.by.must(Permission.INCIDENTS_READ)
    incident = common.by_number(number)
    found = linking.of(incident.id)
    if not found:
        return asking.line(
            ask.say(N_("%(number)s is linked with no other incident."), number=incident.number)
        )
    head = ask.say(N_("%(number)s is linked with:"), number=incident.number)
    lines = [_line(ask, each) for each in found]
    return asking.line("\n".join([f"*{head}*", *lines]))


def _line(ask: Ask, each: linking.Linked) -> str:
    url = f"{ask.settings.url}/incidents/{each.incident.number}"
    title = texts.escape(each.incident.title(ask.locale))
    return f"• <{url}|{each.incident.number}> {title}: {texts.escape(each.reason)}"
