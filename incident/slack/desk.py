"""Who asks, in which language, and with what: made for each request from Slack."""

from incident import clock
from incident.lifecycle.common import House
from incident.settings import Settings
from incident.slack import asking, linking, people
from incident.slack.asking import Ask
from incident.slack.blocks.texts import Message
from incident.slack.client import SlackCalls

ANSWER_SECONDS = 2.0  # for calls made while somebody waits: Slack itself gives up after 3 s


class Desk:
    """What every handler needs."""

    def __init__(self, settings: Settings, house: House) -> None:
        self.settings, self._house = settings, house
        self.slack = SlackCalls(settings, timeout=min(ANSWER_SECONDS, settings.slack_timeout_seconds))
        self.newcomers = linking.Newcomers(self.slack)
        self.locales = people.Locales(self.slack, settings.default_locale)

    def ask(self, slack_id: str, *, trigger_id: str = "", rest: str = "", channel_id: str = "") -> Ask | None:
        """An Ask of the person linked to a Slack account; None where there is none. One with the address of
        a person who has no account in Slack yet is linked to them."""
        person = people.by_slack_id(slack_id) or self.newcomers.find(slack_id, at=clock.now())
        if person is None:
            return None
        return Ask(
            person=person,
            language=people.Language(self.locales, slack_id, person),
            rest=rest,
            channel_id=channel_id,
            trigger_id=trigger_id,
            at=clock.now(),
            house=self._house,
            settings=self.settings,
            slack=self.slack,
        )

    def refused(self, slack_id: str) -> Message:
        """What somebody is told for whom there is no Ask."""
        return asking.unlinked(slack_id, self.newcomers.why(slack_id))
