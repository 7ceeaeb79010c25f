"""Who sees what of a drill: its staff all, players what was delivered to them, and afterwards everybody."""

from dataclasses import dataclass
from datetime import datetime

from incident.accounts import Actor
from incident.drills import answering, cast, playing
from incident.models.drills import Drill, DrillRole, DrillState
from incident.models.exercises import DrillInject, DrillResponse, InjectState
from incident.playbooks.exercises import Inject, Scenario


@dataclass(frozen=True)
class Seen:
    """One inject with its answers; `whole` says that what was expected may be shown, `over` that the drill
    has ended."""

    row: DrillInject
    inject: Inject
    answers: list[DrillResponse]
    whole: bool
    over: bool

    @property
    def result(self) -> str:
        """In a word: pending, skipped, open, met, missed, noted where no answer was expected, or unfinished
        where the drill ended before its time was over."""
        if self.row.state != InjectState.DELIVERED:
            return str(self.row.state)
        if self.inject.respond == "none":
            return "noted"
        if self.row.judged_at is None or self.row.met is None:
            return "unfinished" if self.over else "open"
        return "met" if self.row.met else "missed"

    def answered_by(self, person_id: int | None) -> DrillResponse | None:
        """Somebody's own answer."""
        return next((each for each in self.answers if each.person_id == person_id), None)

    def owed_by(self) -> list[int]:
        """Ids of those who have not answered yet."""
        answered = {each.person_id for each in self.answers}
        return [each for each in self.row.recipients if each not in answered]


def script(drill: Drill) -> Scenario | None:
    """The scenario as it is played, or will be."""
    from incident.drills import running

    return Scenario.model_validate(drill.script) if drill.script else running.script(drill)


def seen(drill: Drill, *, by: Actor) -> list[Seen]:
    """The injects that somebody may see, in the order they come."""
    over = drill.state == DrillState.ENDED
    knows = over or cast.knows_script(drill, by)
    everything = knows or DrillRole.OBSERVER in cast.roles_of(drill, by)
    answers = answering.of(drill)
    rows = sorted(playing.of(drill), key=lambda row: (row.due_at, row.number))
    return [
        Seen(row, playing.content(row), answers.get(row.id, []), knows, over)
        for row in rows
        if knows or (row.state == InjectState.DELIVERED and (everything or by.id in row.recipients))
    ]


def newest_first(found: list[Seen]) -> list[Seen]:
    """As a player reads them: what came last on top."""
    return sorted(
        found, key=lambda each: (each.row.delivered_at or each.row.due_at, each.row.number), reverse=True
    )


def stamp(drill: Drill, found: list[Seen], at: datetime) -> str:
    """Changes whenever something that is shown does."""
    parts = [f"{drill.state}:{drill.paused_at}:{drill.interrupted_by_id}"]
    parts += [
        f"{each.row.number}{each.row.state}{each.row.times}{each.row.due_at}{each.row.answer_by}"
        f"{each.row.judged_at}{each.row.points}{each.row.score}{len(each.answers)}{each.row.note}"
        for each in found
    ]
    return "|".join([*parts, str(int(at.timestamp() // 60))])
