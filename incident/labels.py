"""The names of things in both languages where they are data and not interface: titles, stages, levels."""

import secrets
from typing import Protocol

from incident.vocabulary import Channel, Level, Stage

STAGES: dict[Stage, tuple[str, str]] = {
    Stage.INTAKE: ("接诉", "Intake"),
    Stage.VERIFY: ("核实", "Verify"),
    Stage.NEGOTIATE: ("沟通", "Negotiate"),
    Stage.RESOLVE: ("处理", "Resolve"),
    Stage.FEEDBACK: ("反馈", "Feedback"),
    Stage.FOLLOW_UP: ("跟踪", "Follow-up"),
}
CHANNELS: dict[Channel, tuple[str, str]] = {
    Channel.HOTLINE: ("热线", "hotline"),
    Channel.WEB: ("官网", "website"),
    Channel.APP: ("手机应用", "app"),
    Channel.BRANCH: ("网点", "branch"),
    Channel.SOCIAL_MEDIA: ("社交媒体", "social media"),
    Channel.EMAIL: ("电子邮件", "e-mail"),
    Channel.LETTER: ("信函", "letter"),
    Channel.REGULATOR: ("监管机构", "regulator"),
    Channel.MEDIA: ("媒体", "media"),
    Channel.AGENCY: ("委外机构", "agency"),
    Channel.OTHER: ("其他", "other"),
}
PRODUCT_LONGEST = 40  # characters of a product's name in a title


class TwoTongues(Protocol):
    """Anything with the same words in zh and en."""

    @property
    def zh(self) -> str:
        """In Chinese."""

    @property
    def en(self) -> str:
        """In English."""


def title(plan: TwoTongues, channel: str, product: str | None) -> dict[str, str]:
    """An incident's title: kind, product and channel, and nothing about the customer."""
    zh, en = CHANNELS.get(Channel(channel), ("其他", "other"))
    what = f" · {product[:PRODUCT_LONGEST]}" if product else ""
    return {"zh": f"{plan.zh}{what} · {zh}", "en": f"{plan.en}{what} · {en}"}


def plan_default(zh: str, en: str, level: int) -> dict[str, str]:
    """Why the plan's default level holds."""
    numeral = Level(level).numeral
    return {"zh": f"预案《{zh}》从{numeral}级起", "en": f"The plan “{en}” starts at level {numeral}"}


def search_text(*words: str) -> str:
    """What the board's search looks through: lower case, one line."""
    return " ".join(words).lower()


def nonce() -> str:
    """A placeholder that is never equal to another, until the number is given."""
    return secrets.token_hex(8)
