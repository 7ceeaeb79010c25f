"""The first draft of a post-mortem's sections, in sentences made from the record; no names stand in it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from incident import i18n
from incident.errors import N_
from incident.models.reviews import Section
from incident.playbooks import library
from incident.reviews.record import Facts
from incident.vocabulary import Level

HOUR, DAY = 60, 1_440  # minutes
Say = Callable[..., str]


def text(section: Section, facts: Facts, locale: str, zone: ZoneInfo) -> str:
    """What the record says for a section, as Markdown; nothing for those that only people can write."""
    writer = _WRITERS.get(section)
    return writer(facts, _Voice(locale, zone)) if writer else ""


def span(minutes: int | None, locale: str) -> str:
    """A length in its two largest units; a dash where it is not known."""
    if minutes is None:
        return "–"
    if minutes >= DAY:
        return i18n.say(N_("%(d)s d %(h)s h"), locale, d=minutes // DAY, h=minutes % DAY // HOUR)
    if minutes >= HOUR:
        return i18n.say(N_("%(h)s h %(m)s min"), locale, h=minutes // HOUR, m=minutes % HOUR)
    return i18n.say(N_("%(m)s min"), locale, m=minutes)


class _Voice:
    """Says sentences in a language, its moments in a zone."""

    def __init__(self, locale: str, zone: ZoneInfo) -> None:
        self.locale, self._zone = locale, zone

    def __call__(self, message: str, **values: Any) -> str:
        return i18n.say(message, self.locale, **values)

    def at(self, moment: str | None) -> str:
        return (
            datetime.fromisoformat(moment).astimezone(self._zone).strftime("%Y-%m-%d %H:%M")
            if moment
            else "–"
        )

    def span(self, minutes: int | None) -> str:
        return span(minutes, self.locale)

    def pick(self, words: dict[str, str]) -> str:
        return words[i18n.short(self.locale)]

    def join(self, *sentences: str) -> str:
        return ("" if self.locale.startswith("zh") else " ").join(each for each in sentences if each)


def _summary(facts: Facts, say: _Voice) -> str:
    figures, detection = facts["figures"], facts["detection"]
    how = (
        say(
            N_("It came in by %(channel)s and opened on %(at)s at level %(level)s."),
            channel=i18n.words("channel", detection["channel"], say.locale),
            at=say.at(facts["opened_at"]),
            level=Level(facts["level"]).numeral,
        )
        if detection["channel"]
        else say(
            N_("It was opened on %(at)s at level %(level)s."),
            at=say.at(facts["opened_at"]),
            level=Level(facts["level"]).numeral,
        )
    )
    return say.join(
        say(
            N_("%(title)s, handled by the plan %(plan)s, version %(version)s."),
            title=say.pick(facts["title"]),
            plan=facts["plan"]["key"],
            version=facts["plan"]["version"],
        ),
        how,
        say(
            N_("Acknowledged after %(acknowledge)s, resolved after %(resolve)s, closed after %(close)s."),
            **{name: say.span(figures[name]) for name in ("acknowledge", "resolve", "close")},
        ),
        say(N_("It was opened again %(count)s times."), count=figures["reopened"])
        if figures["reopened"]
        else "",
    )


def _impact(facts: Facts, say: _Voice) -> str:
    impact = facts["impact"]
    yes, no = say(N_("yes")), say(N_("no"))
    lines = [
        say(
            N_("Customers affected: %(count)s; complaints: %(complaints)s"),
            count=impact["customers"],
            complaints=impact["complaints"],
        ),
        say(N_("Possible loss that was named: %(loss)s"), loss=impact["loss"]),
        say(N_("Regulator involved: %(answer)s"), answer=yes if impact["regulator"] else no),
        say(N_("Media or social media involved: %(answer)s"), answer=yes if impact["media"] else no),
        say(N_("Effect on staff: to be written")),
    ]
    return "\n".join(f"- {each}" for each in lines)


def _detection(facts: Facts, say: _Voice) -> str:
    found = facts["detection"]
    if not found["channel"]:
        return say(N_("It was declared by hand; no complaint had come in."))
    opener = {
        "system": N_("The rules of triage opened it."),
        "service": N_("The sending system asked for it."),
    }.get(found["by"], N_("Somebody escalated it."))
    signals = [i18n.words("signal", each, say.locale) for each in found["signals"]]
    return say.join(
        say(
            N_("The first complaint came on %(at)s by %(channel)s; the incident opened %(span)s later."),
            at=say.at(found["received_at"]),
            channel=i18n.words("channel", found["channel"], say.locale),
            span=say.span(found["minutes"]),
        ),
        say(opener),
        say(N_("Signals that were found: %(signals)s."), signals=signals) if signals else "",
    )


def _response(facts: Facts, say: _Voice) -> str:
    steps = facts["steps"]
    count = {
        state: [each for each in steps if each["state"] == state]
        for state in ("on_time", "late", "skipped", "undone")
    }
    added = [each for each in steps if each["added"]]
    head = say(
        N_(
            "Of %(all)s steps %(on_time)s were done in time, %(late)s late, %(skipped)s were skipped and "
            "%(undone)s not done; %(added)s were added to the plan."
        ),
        all=len(steps),
        added=len(added),
        **{state: len(rows) for state, rows in count.items()},
    )
    lines = [
        say(
            N_("Late by %(span)s: %(step)s (%(department)s)"),
            span=say.span(each["late"]),
            step=each["title"],
            department=each["department"],
        )
        for each in count["late"]
    ]
    lines += [
        say(N_("Skipped: %(step)s (%(department)s)"), step=each["title"], department=each["department"])
        for each in count["skipped"]
    ]
    lines += [
        say(N_("Added: %(step)s (%(department)s)"), step=each["title"], department=each["department"])
        for each in added
    ]
    return "\n\n".join(filter(None, [head, "\n".join(f"- {each}" for each in lines)]))


def _clocks(facts: Facts, say: _Voice) -> str:
    law = [each for each in facts["clocks"] if each["kind"] == "statutory"]
    met = [each for each in law if each["state"] == "met"]
    missed = [each for each in law if each["state"] in ("missed", "met_late")]
    void = [each for each in law if each["state"] == "void"]
    head = say(
        N_("Of %(all)s legal clocks %(met)s were met in time, %(missed)s missed and %(void)s void."),
        all=len(law),
        met=len(met),
        missed=len(missed),
        void=len(void),
    )
    lines = [
        say(
            N_("Missed: %(clock)s, due %(due)s, met %(span)s late"),
            clock=each["title"],
            due=say.at(each["due_at"]),
            span=say.span(each["late"]),
        )
        if each["state"] == "met_late"
        else say(
            N_("Missed: %(clock)s, due %(due)s, not met"), clock=each["title"], due=say.at(each["due_at"])
        )
        for each in missed
    ]
    return "\n\n".join(filter(None, [head, "\n".join(f"- {each}" for each in lines)]))


def _outcome(facts: Facts, say: _Voice) -> str:
    outcome = facts["outcome"]
    lines = []
    if outcome["result"]:
        titles = [
            library.violations()[code].title for code in outcome["violations"] if code in library.violations()
        ]
        named = [say.pick({"zh": each.zh, "en": each.en}) for each in titles]
        lines.append(say(N_("Finding: the complaint was %(result)s."), result=outcome["result"]))
        if named:
            lines.append(say(N_("Violations: %(violations)s"), violations=named))
    for each in outcome["options"]:
        amount = f" {each['amount']} {each['currency']}" if each["amount"] else ""
        lines.append(
            say(
                N_("Agreed with the customer: %(option_kind)s%(amount)s"),
                option_kind=each["kind"],
                amount=amount,
            )
        )
    lines.append(say(N_("Decisions sent: %(count)s"), count=outcome["letters"]))
    if outcome["scores"]:
        mean = sum(outcome["scores"]) / len(outcome["scores"])
        lines.append(say(N_("Satisfaction: %(score)s of 5"), score=f"{mean:.1f}"))
    return "\n".join(f"- {each}" for each in lines)


_WRITERS: dict[Section, Callable[[Facts, _Voice], str]] = {
    Section.SUMMARY: _summary,
    Section.IMPACT: _impact,
    Section.DETECTION: _detection,
    Section.RESPONSE: _response,
    Section.CLOCKS: _clocks,
    Section.OUTCOME: _outcome,
}
