"""The domain objects, one file per aggregate; importing this package knows every table."""

from incident.models import (  # noqa: F401 - imported so that the metadata is whole
    alerts,
    clocks,
    complaints,
    conduct,
    decisions,
    drills,
    evidence,
    feeds,
    ground,
    incidents,
    people,
    plans,
    records,
    resolutions,
    reviews,
    updates,
)
