"""What every refusal answers, for the document."""

from pydantic import BaseModel


class Fault(BaseModel):
    """One thing wrong: its place, a sentence, and the page that mends it."""

    loc: list[str | int]
    msg: str
    href: str = ""
    rule: str = ""
    version: str = ""
    source: str = ""


class Present(BaseModel):
    """The text that somebody else saved first."""

    name: str
    version: int
    text: str
    by: str
    at: str | None


class Problem(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[Fault] = []
    reference: str = ""
    current: Present | None = None
    yours: str = ""
