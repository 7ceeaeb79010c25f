"""The sweep that ends offers: each on its own, once, and also after a stop of days."""

from datetime import timedelta

from incident.coordination import options
from incident.db import db, unit_of_work
from incident.watches import option_watch
from tests import builders
from tests.builders import NOW
from tests.resolving import an_option


def test_offers_whose_day_is_over_end_once_and_answered_ones_stay(app):
    incident = builders.an_incident()
    over, countered = an_option(incident, state="offered"), an_option(incident, state="offered")
    taken, waiting = an_option(incident, state="offered"), an_option(incident, state="approved")
    end = over.expire_at
    with unit_of_work():
        options.counter(incident, countered, terms="more", by=builders.acting("li"), at=NOW)
        options.accept(incident, taken, by=builders.acting("li"), at=NOW)
    assert option_watch.sweep(at=end - timedelta(seconds=1)) == 0
    assert option_watch.sweep(at=end + timedelta(days=3)) == 2
    assert option_watch.sweep(at=end + timedelta(days=3)) == 0
    db.session.expire_all()
    states = [str(options.find(each.id).state) for each in (over, countered, taken, waiting)]
    assert states == ["expired", "expired", "accepted", "approved"]
