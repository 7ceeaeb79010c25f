"""The words of clocks: their states, their acts, marks and proofs."""

from incident.errors import N_

WORDS: dict[str, dict[str, str]] = {
    "clock_state": {
        "running": N_("running"),
        "paused": N_("paused"),
        "met": N_("met"),
        "missed": N_("missed"),
        "void": N_("void"),
    },
    "clock_kind": {
        "statutory": N_("law"),
        "internal": N_("house target"),
        "window": N_("time that others have"),
    },
    "clock_act": {"pause": N_("pause"), "extend": N_("extend")},
    "clock_event": {
        "classified": N_("classified as a major incident"),
        "decided": N_("decided and told"),
        "withdrawn": N_("withdrawn by the complainant"),
        "aware": N_("became known"),
        "closed": N_("closed"),
    },
    "clock_mark": {
        "50": N_("half of the time is gone"),
        "75": N_("three quarters of the time are gone"),
        "90": N_("nine tenths of the time are gone"),
        "3wd": N_("three working days left"),
        "1wd": N_("one working day left"),
        "missed": N_("missed"),
    },
    "clock_unit": {
        "minutes": N_("min"),
        "hours": N_("h"),
        "calendar_days": N_("calendar days"),
        "working_days": N_("working days"),
        "weeks": N_("weeks"),
        "months": N_("months"),
    },
    "jurisdiction": {
        "house": N_("House"),
        "cn": N_("China"),
        "us": N_("United States"),
        "uk": N_("United Kingdom"),
        "eu": N_("European Union"),
    },
    "proof": {
        "filing": N_("filing number"),
        "document": N_("document"),
        "statement": N_("statement"),
    },
    "act": {
        "feeds.made": N_("made a calendar feed"),
        "feeds.revoked": N_("revoked a calendar feed"),
    },
    "detail": {"moved": N_("clocks moved")},
}
# names of values in sentences → the tables their codes are read in
VALUE_KINDS: dict[str, tuple[str, ...]] = {
    "complaint_type": ("type",),
    "signal": ("signal",),
    "channel": ("channel",),
    "clock_state": ("clock_state",),
    "clock_act": ("clock_act",),
    "event": ("clock_event",),
    "proofs": ("proof",),
    "roles": ("person_role",),
}
