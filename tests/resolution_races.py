"""Two people at once on options, labels and assessments; run on the embedded database and on PostgreSQL."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal

from flask import Flask

from incident import errors
from incident.coordination import approvals, options, proxy_label
from incident.db import db, unit_of_work
from incident.lifecycle import assessing, common
from incident.lifecycle.reach import Reach
from incident.models.complaints import Complaint
from incident.models.resolutions import AssessmentOutcome, LabelState
from tests import builders
from tests.builders import NOW
from tests.races import at_once
from tests.resolving import UNTIL, a_wanted, an_option


def doing(option_id: int, verb: Callable[..., object], who: str, **given: object) -> Callable[[], object]:
    """One act on an option by somebody, in a unit of work of its own."""

    def call() -> object:
        with unit_of_work():
            incident, option = options.locked(option_id)
            verb(incident, option, by=builders.acting(who), at=NOW, **given)
            return str(option.state)

    return call


def won(results: list[object]) -> tuple[list[object], Counter[str]]:
    """What the winners got, and how the others were refused."""
    losers = [each for each in results if isinstance(each, Exception)]
    assert all(isinstance(each, errors.DomainError) for each in losers), results
    return [each for each in results if not isinstance(each, Exception)], Counter(
        type(each).__name__ for each in losers
    )


def two_approvers_where_one_is_enough(app: Flask) -> None:
    option = an_option(builders.an_incident())
    results = at_once(app, [doing(option.id, approvals.approve, who) for who in ("zhao", "wang", "yang")])
    assert won(results) == (["approved"], Counter(Conflict=2))
    assert len(approvals.given([option.id])) == 1


def two_approvers_where_two_are_needed(app: Flask) -> None:
    option = an_option(builders.an_incident(), amount=Decimal("15000.00"))
    calls = [doing(option.id, approvals.approve, who) for who in ("zhao", "zhao", "wang")]
    winners, losers = won(at_once(app, calls))
    assert sorted(winners) == ["approved", "proposed"]
    assert losers in (Counter(Forbidden=1), Counter(Conflict=1), Counter(Refused=1))
    assert len({each.person_id for each in approvals.given([option.id])}) == 2


def approve_against_refuse(app: Flask) -> None:
    option = an_option(builders.an_incident())
    calls = [
        doing(option.id, approvals.approve, "zhao"),
        doing(option.id, approvals.refuse, "wang", reason="依据不足"),
    ]
    winners, losers = won(at_once(app, calls))
    assert len(winners) == 1 and losers == Counter(Conflict=1)
    db.session.expire_all()
    assert str(options.find(option.id).state) == winners[0]


def propose_twice(app: Flask) -> None:
    option = an_option(builders.an_incident(), state="draft")
    results = at_once(app, [doing(option.id, options.propose, who) for who in ("li", "chen")])
    assert won(results) == (["proposed"], Counter(Conflict=1))


def offer_twice(app: Flask) -> None:
    option = an_option(builders.an_incident(), state="approved")
    given = {"calendar": builders.house().calendar, "valid_until": UNTIL}
    results = at_once(app, [doing(option.id, options.offer, who, **given) for who in ("li", "chen")])
    assert won(results) == (["offered"], Counter(Conflict=1))


def accept_against_decline_and_expiry(app: Flask) -> None:
    option = an_option(builders.an_incident(), state="offered")
    calls = [
        doing(option.id, options.accept, "li"),
        doing(option.id, options.decline, "chen"),
    ]
    winners, losers = won(at_once(app, calls))
    assert len(winners) == 1 and losers == Counter(Conflict=1)
    end = option.expire_at

    def expire() -> object:
        with unit_of_work():
            return options.expire(*options.locked(option.id), by=builders.BY, at=end)

    assert at_once(app, [expire, expire]) == [False, False]


def revise_twice(app: Flask) -> None:
    option = an_option(builders.an_incident(), state="approved")
    given = {"wanted": a_wanted(), "calendar": builders.house().calendar}

    def call(who: str) -> Callable[[], object]:
        def revise() -> object:
            with unit_of_work():
                incident, found = options.locked(option.id)
                return options.revise(incident, found, by=builders.acting(who), at=NOW, **given).revision

        return revise

    winners, losers = won(at_once(app, [call("li"), call("chen")]))
    assert winners == [2] and sum(losers.values()) == 1


def a_label_by_many(app: Flask) -> None:
    received = builders.a_complaint()
    incident_id, complaint_id = received.incident.id, received.complaint.id

    def propose() -> object:
        with unit_of_work():
            incident = common.by_number(received.incident.number, lock=True)
            complaint = db.session.get_one(Complaint, complaint_id)
            by = builders.acting("li")
            return proxy_label.propose(incident, complaint, grounds="措辞一致", by=by, at=NOW).id

    winners, losers = won(at_once(app, [propose, propose]))
    assert len(winners) == 1 and losers == Counter(Refused=1)

    def approve(who: str) -> Callable[[], object]:
        def call() -> object:
            with unit_of_work():
                return str(
                    proxy_label.approve(
                        *proxy_label.locked(int(str(winners[0]))), by=builders.acting(who), at=NOW
                    ).state
                )

        return call

    said, late = won(at_once(app, [approve(who) for who in ("zhao", "wang", "yang")]))
    assert sorted(said) == ["in_force", "proposed"] and late == Counter(Conflict=1)
    db.session.expire_all()
    assert [each.state for each in proxy_label.of(incident_id)] == [LabelState.IN_FORCE]


def a_lower_level_decided_twice(app: Flask) -> None:
    incident = builders.an_incident(stage="verify", complaint_type="service_attitude")
    for customers in (25, 1):
        reach = Reach(affected_customers=customers, potential_loss=None, impacts={})
        with unit_of_work():
            found = common.by_number(incident.number, lock=True)
            assessing.assess(found, reach, by=builders.acting("li"), at=NOW, house=builders.house())
    house = builders.house()

    def decide(who: str, *, lower: bool) -> Callable[[], object]:
        def call() -> object:
            with unit_of_work():
                found = common.by_number(incident.number, lock=True)
                by = builders.acting(who)
                return assessing.decide(found, lower=lower, reason="核实", by=by, at=NOW, house=house).outcome

        return call

    winners, losers = won(at_once(app, [decide("yang", lower=True), decide("zhao", lower=False)]))
    assert len(winners) == 1 and losers == Counter(Refused=1)
    assert winners[0] in (AssessmentOutcome.LOWERED, AssessmentOutcome.KEPT)


RACES = (
    two_approvers_where_one_is_enough,
    two_approvers_where_two_are_needed,
    approve_against_refuse,
    propose_twice,
    offer_twice,
    accept_against_decline_and_expiry,
    revise_twice,
    a_label_by_many,
    a_lower_level_decided_twice,
)
