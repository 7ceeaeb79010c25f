"""People, a duty roster and a few live incidents to look at, made on the first start in the sandbox."""

from incident.demo.loading import clear, load, loaded
from incident.demo.people import PASSWORD, PEOPLE

__all__ = ["PASSWORD", "PEOPLE", "clear", "load", "loaded"]
