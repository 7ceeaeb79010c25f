"""Names of agencies as they are compared: a complaint names one in whatever spelling."""

import re
import unicodedata

LONGEST = 120  # characters
_NOISE = re.compile(r"[\W_]+")
_LEGAL = re.compile(
    r"(?:股份)?有限(?:责任)?公司$|集团$|公司$|(?:companylimited|incorporated|limited|coltd|ltd|llc|inc|corp|co)$"
)


def normal(name: str) -> str:
    """A name as it is compared: no width, case, punctuation or legal form at the end."""
    plain = _NOISE.sub("", unicodedata.normalize("NFKC", name).casefold())
    return (_LEGAL.sub("", plain) or plain)[:LONGEST]
