"""The link by which somebody in Slack proves which account is theirs: signed, short-lived, good for once."""

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from incident import accounts, errors
from incident.accounts import Actor
from incident.db import db, is_sqlite
from incident.errors import N_
from incident.models.alerts import LINK_KEY, SlackReceipt
from incident.models.people import Person

LASTS = timedelta(minutes=15)
NAME_LONGEST = 80
SALT = "slack-link"
USED = N_("This link was used already. Say `/incident` in Slack for a new one.")


@dataclass(frozen=True)
class SlackAccount:
    """Whose link it is: the Slack id with the id of its workspace, and what both are called there."""

    slack_id: str
    team_id: str
    name: str
    team: str


@dataclass(frozen=True)
class Link:
    """A link that is genuine and has not run out; `once` is what it is known by."""

    account: SlackAccount
    once: str


def token(account: SlackAccount, *, at: datetime, secret: str) -> str:
    """The text of a new link, safe in an address; `secret` signs it."""
    named = SlackAccount(
        account.slack_id, account.team_id, account.name[:NAME_LONGEST], account.team[:NAME_LONGEST]
    )
    until = int((at + LASTS).timestamp())
    text: str | bytes = URLSafeSerializer(secret, SALT).dumps(
        {**asdict(named), "until": until, "once": secrets.token_urlsafe(12)}
    )
    return text if isinstance(text, str) else text.decode()


def read(text: str, *, at: datetime, secret: str) -> Link:
    """The link of a text; raises Invalid for one that is not ours, Refused for one that ran out or was
    used."""
    try:
        held = URLSafeSerializer(secret, SALT).loads(text)
    except BadData as bad:
        raise errors.Invalid(
            N_("This link is not whole. Open it as it stands in Slack, or ask for a new one there.")
        ) from bad
    until, once = held.pop("until"), held.pop("once")
    if at.timestamp() >= until:
        raise errors.Refused(
            N_("This link has run out: it lasts 15 minutes. Say `/incident` in Slack for a new one.")
        )
    if db.session.get(SlackReceipt, LINK_KEY + once) is not None:
        raise errors.Refused(USED)
    return Link(SlackAccount(**held), once)


def must_be_free(account: SlackAccount, person: Person) -> None:
    """Raise Refused where the Slack account, or the person, is linked already."""
    holder = db.session.scalar(select(Person.id).where(Person.slack_id == account.slack_id))
    if holder == person.id:
        raise errors.Refused(N_("This Slack account is linked to your account already."))
    if holder is not None:
        raise errors.Refused(
            N_("This Slack account is linked to another person already; an administrator can change that.")
        )
    if person.slack_id is not None:
        raise errors.Refused(
            N_("Your account has the Slack id %(slack_id)s already; an administrator can change that."),
            slack_id=person.slack_id,
        )


def confirm(text: str, *, by: Actor, at: datetime, secret: str) -> SlackAccount:
    """Link the Slack account of a link to whoever confirms it, once; raises what `read` and `must_be_free`
    raise."""
    link = read(text, at=at, secret=secret)
    person = db.session.scalar(
        select(Person)
        .where(Person.id == by.id, Person.active)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if person is None:
        raise errors.Forbidden(N_("Only a person can link their Slack account."))
    must_be_free(link.account, person)
    dialect = sqlite if is_sqlite() else postgresql
    noting = dialect.insert(SlackReceipt).values(key=LINK_KEY + link.once, at=at, done_at=at)
    noted = noting.on_conflict_do_nothing(index_elements=["key"]).returning(SlackReceipt.key)
    if db.session.execute(noted).first() is None:
        raise errors.Refused(USED)
    accounts.link_slack(person, link.account.slack_id, at=at, by=by)
    try:
        db.session.flush()
    except IntegrityError as taken:  # another link of the same Slack account was confirmed this moment
        raise errors.Refused(USED) from taken
    return link.account
