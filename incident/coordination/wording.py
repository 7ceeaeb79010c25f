"""What a letter to a customer must not say: labels stop it, threats and insults are warned of."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from incident.errors import N_, Reason
from incident.playbooks.schema import Plan

# Our own words for people: they belong to the file and never to the customer (facts §5.14).
LABELS = re.compile(
    r"黑产|黑灰产|反催收|代理维权|职业投诉|职业闹|恶意投诉|恶意代理|恶意客户|老赖|逃废债|缠访|闹访"
    r"|malicious[ -]prox|proxy (?:gang|complain)|black[ -]market|professional (?:complain|debtor)"
    r"|anti-?collection|debt[- ]evasion|malicious complain|serial complain|vexatious",
    re.IGNORECASE,
)
# group → (its words in both languages, the codes of forbidden conduct it stands for, what it is called)
WORDS: dict[str, tuple[re.Pattern[str], tuple[str, ...], str]] = {
    "threat": (
        re.compile(
            r"后果自负|否则.{0,12}(?:起诉|报警|抓|坐牢|追究|上门)|让你|坐牢|抓起来|上门找|通知(?:你的?|您的?)"
            r"(?:家人|单位|同事|亲友)|影响(?:子女|孩子)|曝光(?:你|您)|不客气|走着瞧"
            r"|or else|you will (?:regret|be arrested|go to (?:jail|prison))|bear the consequences"
            r"|tell your (?:family|employer|colleagues|neighbours)|we know where you",
            re.IGNORECASE,
        ),
        ("intimidation", "invented_consequences", "violence", "pressure_relatives", "pressure_on_family"),
        N_("It sounds like a threat"),
    ),
    "insult": (
        re.compile(
            r"骗子|无赖|流氓|赖账|欠债不还|不要脸|无理取闹|胡搅蛮缠|蛮不讲理|撒谎|素质低|厚颜|活该"
            r"|\b(?:liar|cheat(?:er)?|crook|deadbeat|scum|shameless|stupid|ridiculous|nonsense)\b",
            re.IGNORECASE,
        ),
        ("insult", "shift_blame"),
        N_("It sounds like an insult"),
    ),
    "bargain": (
        re.compile(
            r"(?:撤诉|撤回投诉|不再投诉|删帖).{0,12}(?:才|方可|为条件|前提|否则)|(?:只有|必须).{0,8}(?:撤诉|撤回投诉|删帖)"
            r"|(?:only if|provided that|unless) you withdraw|withdraw your complaint (?:first|before)",
            re.IGNORECASE,
        ),
        ("informal_payment", "withdrawal_for_relief", "pressured_withdrawal", "paid_deletion"),
        N_("It makes help depend on withdrawing the complaint"),
    ),
}


@dataclass(frozen=True)
class Warning:
    """Something in a text to look at: what it is, the words found, and the plan's own rule for it, if any."""

    kind: str
    about: str
    words: tuple[str, ...]
    rule: dict[str, str] | None = None
    code: str | None = None


def labels(text: str, house: Sequence[str] = ()) -> tuple[str, ...]:
    """The internal labels in a text, each once: ours, and those of the house's table of authority."""
    lower = text.casefold()
    own = [word for word in house if word.casefold() in lower]
    return tuple(dict.fromkeys([*(found.group() for found in LABELS.finditer(text)), *own]))


def warnings(text: str, plan: Plan, house: Sequence[str] = ()) -> list[Warning]:
    """What somebody should look at before this goes to a customer; labels come first and stop a letter."""
    found = []
    if named := labels(text, house):
        found.append(_warning("label", N_("It names an internal label"), named, ("label_disclosed",), plan))
    for kind, (pattern, codes, about) in WORDS.items():
        if said := tuple(dict.fromkeys(each.group() for each in pattern.finditer(text))):
            found.append(_warning(kind, about, said, codes, plan))
    return found


def _warning(kind: str, about: str, words: tuple[str, ...], codes: tuple[str, ...], plan: Plan) -> Warning:
    rule = next((each for each in plan.forbidden if each.code in codes), None)
    text = {"zh": rule.text.zh, "en": rule.text.en} if rule else None
    return Warning(kind, about, words, text, rule.code if rule else None)


def label_faults(text: str, house: Sequence[str] = ()) -> list[Reason]:
    """Why a text cannot go to a customer at all: the labels it names."""
    return [
        Reason(
            N_("The letter must not say “%(word)s”: labels are for the file only."), {"word": word}, ("text",)
        )
        for word in labels(text, house)
    ]
