"""The sections of a post-mortem, written by several people at once: each save is a version of its own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from incident import errors, privacy
from incident.accounts import Actor
from incident.db import db, insert_one
from incident.errors import N_, Reason
from incident.models.reviews import Review, ReviewText, Section
from incident.reviews import draft, rights
from incident.reviews.blameless import Cast
from incident.reviews.record import Facts

LONGEST = 20_000  # characters of one section


@dataclass(frozen=True)
class Written:
    """A section as it stands; version 0 is the draft from the record, in the reader's language."""

    name: Section
    version: int
    text: str
    at: datetime | None = None
    by: str | None = None
    named: tuple[str, ...] = ()

    @property
    def drafted(self) -> bool:
        """Whether nobody has written it yet."""
        return self.version == 0


def of(review: Review, facts: Facts, *, locale: str, zone: ZoneInfo) -> dict[Section, Written]:
    """Every section in the order of the paper."""
    rows = db.session.scalars(
        select(ReviewText).where(ReviewText.review_id == review.id).order_by(ReviewText.version),
        execution_options={"populate_existing": True},
    )
    newest = {Section(row.name): _written(row) for row in rows}
    return {
        name: newest.get(name) or Written(name, 0, draft.text(name, facts, locale, zone)) for name in Section
    }


def _written(row: ReviewText) -> Written:
    return Written(Section(row.name), row.version, row.text, row.at, row.by, tuple(row.named))


def history(review: Review, name: Section) -> list[ReviewText]:
    """The versions of a section, the newest first."""
    return list(
        db.session.scalars(
            select(ReviewText)
            .where(ReviewText.review_id == review.id, ReviewText.name == name)
            .order_by(ReviewText.version.desc())
        )
    )


def known(name: str) -> Section:
    """A section by its name; raises NotFound."""
    if name not in set(Section):
        raise errors.NotFound(N_("There is no section “%(name)s”."), name=name[:40])
    return Section(name)


def save(
    review: Review,
    name: Section,
    text: str,
    *,
    version: int,
    cast: Cast,
    by: Actor,
    at: datetime,
    names_ok: bool = False,
) -> Written:
    """Save a section that was changed from a version; numbers and addresses that look personal are masked.

    Raises Stale, with the present text and what was sent, where somebody else saved first; Refused, naming
    them, where names of people involved stand in it, unless `names_ok` says that they must.
    """
    words = _checked(text)
    rights.touch(review, by=by)
    present = _newest(review, name)
    if (present.version if present else 0) != version:
        raise _stale(present, name, words)
    if present is not None and present.text == words:
        return _written(present)
    named = cast.named(words)
    if named and not names_ok:
        raise cast.refusal(named)
    row = {
        "review_id": review.id,
        "name": name,
        "version": version + 1,
        "text": words,
        "at": at,
        "by": by.label,
        "named": named,
    }
    made = insert_one(ReviewText, row, unless=("review_id", "name", "version"))
    if made is None:  # somebody else did, between our look and our write
        raise _stale(_newest(review, name), name, words)
    return _written(made)


def _checked(text: str) -> str:
    words = privacy.redact("\n".join(line.rstrip() for line in text.splitlines()).strip())
    if len(words) > LONGEST:
        said = N_("A section has at most %(most)s characters.")
        raise errors.Invalid(said, most=LONGEST, reasons=[Reason(said, {"most": LONGEST}, ("text",))])
    return words


def _newest(review: Review, name: Section) -> ReviewText | None:
    return db.session.scalars(
        select(ReviewText)
        .where(ReviewText.review_id == review.id, ReviewText.name == name)
        .order_by(ReviewText.version.desc())
        .limit(1)
    ).one_or_none()


def _stale(present: ReviewText | None, name: Section, yours: str) -> errors.Stale:
    current: dict[str, Any] = {
        "name": str(name),
        "version": present.version if present else 0,
        "text": present.text if present else "",
        "by": present.by if present else "",
        "at": present.at.isoformat() if present else None,
    }
    return errors.Stale(
        N_("Somebody else saved this section first. Both texts are kept: join them and save again."),
        current=current,
        yours=yours,
    )
