"""The domain objects, one file per aggregate; importing this package knows every table."""

from incident.models import (  # noqa: F401 - imported so that the metadata is whole
    agencies,
    alerts,
    clocks,
    complaints,
    conduct,
    contacts,
    decisions,
    drills,
    evidence,
    feeds,
    ground,
    groups,
    incidents,
    people,
    plans,
    records,
    resolutions,
    reviews,
    updates,
    webhooks,
)
