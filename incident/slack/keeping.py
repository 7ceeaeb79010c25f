"""A message of Slack kept as evidence: its words as a statement, its files with their hash.

It is one step of the outbox, so that a slow file or a lost connection loses nothing.
"""

import urllib.error
import urllib.request
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from incident import accounts, clock, i18n, privacy
from incident.accounts import Actor
from incident.alerting import outbox
from incident.alerting.channels import Order, Trouble
from incident.alerting.facts import IncidentFacts
from incident.coordination import evidence
from incident.coordination.evidence import About
from incident.db import db, unit_of_work
from incident.errors import DomainError
from incident.lifecycle import common
from incident.models.evidence import Evidence
from incident.models.people import Person
from incident.settings import Settings
from incident.slack import fetching, meant
from incident.slack.client import SlackCalls
from incident.vault import Draft, Vault

FILES_MOST = 10  # of one message; Slack's own limit
HOSTS = (".slack.com", ".slack-files.com")  # whom the bot's token may be shown
SLACK_CLOCK = timedelta(seconds=60)  # our clocks may differ by so much


class Keeper:
    """Keeps messages as evidence."""

    def __init__(self, settings: Settings, slack: SlackCalls) -> None:
        self._settings, self._slack = settings, slack
        self._vault = Vault(settings.evidence_dir)

    def keep(self, order: Order, incident: IncidentFacts) -> dict[str, Any]:
        """Take the step; returns the numbers of the pieces. Raises Trouble, what was kept as its progress."""
        said = order.payload
        message = fetching.message(self._slack, said["channel"], said["ts"]) or {"text": _told(order)["text"]}
        kept: dict[str, int] = dict(order.progress.get("kept", {}))
        person = db.session.get_one(Person, said["person_id"])
        by = accounts.actor(person)
        try:
            text = meant.words(str(message.get("text") or ""))
            if text and "text" not in kept:
                kept["text"] = self._text(order, incident, text, by)
            for each in (message.get("files") or [])[:FILES_MOST]:
                if each["id"] not in kept:
                    kept[each["id"]] = self._file(order, incident, each["id"], by)
        except Trouble as trouble:
            trouble.progress["kept"] = kept
            raise
        except DomainError as error:
            why = {short: i18n.say(error.reason, locale) for short, locale in (("zh", "zh_CN"), ("en", "en"))}
            raise Trouble("not_kept", progress={"kept": kept}, why=why) from error
        if not kept:
            raise Trouble("not_kept", why={"zh": "消息是空的", "en": "the message is empty"})
        self._tell(order, incident, kept, by)
        return {"kept": kept}

    def _text(self, order: Order, incident: IncidentFacts, text: str, by: Actor) -> int:
        with unit_of_work():
            found = common.by_number(incident.number, lock=True)
            row = evidence.add_statement(found, text, about=_about(order), by=by, at=clock.now())
            return row.id

    def _file(self, order: Order, incident: IncidentFacts, file_id: str, by: Actor) -> int:
        info = self._slack.call("files.info", file=file_id)["file"]
        draft = self._fetch(str(info.get("url_private_download") or info.get("url_private") or ""))
        try:
            with unit_of_work():
                found = common.by_number(incident.number, lock=True)
                earlier = _before(order, found.id, draft.sha256, by) if order.uncertain else None
                if earlier is not None:
                    return earlier
                row = evidence.add_file(
                    found,
                    draft,
                    name=str(info.get("name") or file_id),
                    claimed=str(info.get("mimetype") or "") or None,
                    about=_about(order),
                    by=by,
                    at=clock.now(),
                )
                self._vault.keep(draft)
                return row.id
        finally:
            self._vault.drop(draft)

    def _fetch(self, url: str) -> Draft:
        """The file, whole; the token is shown to Slack and nobody else, and a redirect is no file."""
        if not self._trusted(url):
            raise Trouble("not_kept", why={"zh": "文件不在 Slack", "en": "the file is not kept in Slack"})
        headers = {"Authorization": f"Bearer {self._settings.slack_token}"}
        request = urllib.request.Request(url, headers=headers)  # noqa: S310 - trusted above
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            with opener.open(request, timeout=self._settings.slack_timeout_seconds) as answer:
                return self._vault.receive(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                kind = "rate_limited" if refused.code == 429 else "server" if refused.code >= 500 else ""
            if kind:
                raise Trouble(kind) from refused
            raise Trouble("missing_scope", scope="files:read") from refused
        except OSError as lost:
            raise Trouble("offline") from lost

    def _trusted(self, url: str) -> bool:
        parts, api = urlsplit(url), urlsplit(self._settings.slack_api)
        slack = parts.scheme == "https" and (parts.hostname or "").endswith(HOSTS)
        return slack or (parts.scheme, parts.netloc) == (api.scheme, api.netloc)

    def _tell(self, order: Order, incident: IncidentFacts, kept: dict[str, int], by: Actor) -> None:
        with unit_of_work():
            numbers = ", ".join(f"#{number}" for number in kept.values())
            outbox.enqueue(
                incident.id,
                "post",
                at=clock.now(),
                key=f"kept-{order.id}",
                said="evidence_kept",
                name=by.name,
                numbers=numbers,
            )


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Without a right token Slack leads to its sign-in page, which is not the file."""

    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        return None


def _about(order: Order) -> About:
    told = _told(order)
    return About(description=str(told["description"]), source=str(told["source"]))


def _told(order: Order) -> dict[str, Any]:
    """What was said of the message when it was asked for: text, description and source, sealed meanwhile."""
    return privacy.unseal(order.payload["sealed"])


def _before(order: Order, incident_id: int, sha256: str, by: Actor) -> int | None:
    """The piece that an earlier attempt at this very step added, if it did."""
    return db.session.scalar(
        select(Evidence.id).where(
            Evidence.incident_id == incident_id,
            Evidence.sha256 == sha256,
            Evidence.added_by_id == by.id,
            Evidence.added_at >= order.created_at - SLACK_CLOCK,
        )
    )
