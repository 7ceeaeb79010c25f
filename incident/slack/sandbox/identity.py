"""The fixed names of the workspace, its app and its first channel, and the making of new ids."""

import secrets
import string

TEAM = "T0SANDBOX"
TEAM_NAME = "Sandbox"
DOMAIN = "sandbox"
APP = "A0SANDBOX"
BOT = "B0SANDBOX"
BOT_USER = "U0INCIDENTBOT"
SLACKBOT = "USLACKBOT"
GENERAL = "C0GENERAL"

_ALPHABET = string.ascii_uppercase + string.digits


def new(prefix: str) -> str:
    """A fresh id such as "C7Q2…": the prefix and ten letters and digits."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(10))
