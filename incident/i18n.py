"""Sentences and words in the language of the reader: message ids by the catalogue, codes by the tables."""

import gettext as gettext_module
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.messages import mofile, pofile
from babel.support import Translations

from incident import labels
from incident.errors import N_, Reason
from incident.playbooks import library
from incident.settings import ROOT
from incident.vocabulary import Channel, ComplaintType, Stage

CATALOGUES = ROOT / "translations"
LOCALES = ("zh_CN", "en")

WORDS: dict[str, dict[str, str]] = {
    "status": {
        "open": N_("open"),
        "closed": N_("closed"),
        "merged": N_("merged"),
        "cancelled": N_("cancelled"),
    },
    "task_status": {
        "todo": N_("to do"),
        "doing": N_("in hand"),
        "blocked": N_("blocked"),
        "done": N_("done"),
        "dropped": N_("dropped"),
    },
    "part": {"responsible": N_("responsible"), "support": N_("support")},
    "department_state": {
        "called": N_("called out"),
        "working": N_("working"),
        "signed_off": N_("signed off"),
    },
    "delivery_state": {
        "waiting": N_("waits for another step"),
        "pending": N_("waiting to be sent"),
        "sending": N_("being sent"),
        "done": N_("delivered"),
        "skipped": N_("not needed"),
        "failed": N_("failed"),
    },
    "step": {
        "page": N_("Alert a person"),
        "fallback": N_("Alert by the fallback channels"),
        "announce": N_("Announce in the response channel"),
        "create_channel": N_("Create the channel"),
        "post_card": N_("Post the incident card"),
        "invite": N_("Invite the people on duty"),
        "set_topic": N_("Set the topic"),
        "pin": N_("Pin the card"),
        "bookmark": N_("Bookmark the board"),
        "post": N_("Post a message"),
        "remind": N_("Remind"),
        "update_card": N_("Update the card"),
        "update_announcement": N_("Update the announcement"),
        "update_page": N_("Update the alert"),
    },
    "signal": {
        "regulator_transfer": N_("transferred by the regulator"),
        "media_exposure": N_("media exposure"),
        "self_harm_threat": N_("threat of self-harm"),
        "violence_threat": N_("threat of violence"),
        "joint_complaint": N_("joint complaint"),
        "data_leak": N_("data leak"),
        "vulnerable": N_("vulnerable customer"),
        "repeat": N_("repeated complaint"),
        "template_proxy": N_("template or proxy wording"),
    },
    "role": {
        "commander": N_("Incident commander"),
        "deputy": N_("Deputy commander"),
        "scribe": N_("Scribe"),
        "customer_liaison": N_("Customer liaison"),
        "regulatory_liaison": N_("Regulatory liaison"),
        "media_liaison": N_("Media liaison"),
        "internal_liaison": N_("Internal liaison"),
        "investigation_lead": N_("Investigation lead"),
        "operations_lead": N_("Operations lead"),
        "legal_adviser": N_("Legal adviser"),
        "onsite_lead": N_("On-site lead"),
        "safety_officer": N_("Safety officer"),
        "expert": N_("Expert"),
        "exercise_controller": N_("Exercise controller"),
        "evaluator": N_("Evaluator"),
        "observer": N_("Observer"),
    },
    "person_role": {
        "responder": N_("Responder"),
        "commander": N_("Commander"),
        "manager": N_("Manager"),
        "trainer": N_("Trainer"),
        "auditor": N_("Auditor"),
        "admin": N_("Administrator"),
    },
    "recusal_kind": {
        "person": N_("complained about"),
        "outsider": N_("complained about, outside"),
        "agency": N_("agency complained about"),
        "interest": N_("own interest"),
    },
    "finding": {
        "upheld": N_("upheld"),
        "partly": N_("partly upheld"),
        "not_upheld": N_("not upheld"),
        "unverifiable": N_("unverifiable"),
    },
    "evidence_kind": {"file": N_("file"), "link": N_("link"), "statement": N_("statement")},
    "clock_state": {"running": N_("running"), "met": N_("met"), "void": N_("void")},
    "drill_state": {
        "scheduled": N_("scheduled"),
        "running": N_("running"),
        "ended": N_("ended"),
        "cancelled": N_("cancelled"),
    },
    "review_state": {"scheduled": N_("scheduled"), "completed": N_("completed")},
    "option_kind": {
        "explain": N_("Explanation"),
        "correct_data": N_("Correction of data"),
        "change_plan": N_("Change of the repayment plan"),
        "deferral": N_("Deferral"),
        "instalments": N_("Instalments"),
        "grace": N_("Period of grace"),
        "waiver": N_("Waiver of fees"),
        "interest_reduction": N_("Reduction of interest"),
        "compensation": N_("Compensation"),
        "change_of_manner": N_("Change of the manner of collection"),
        "legal_path": N_("Legal path"),
    },
    "option_state": {
        "draft": N_("a draft"),
        "proposed": N_("waiting for approval"),
        "approved": N_("approved"),
        "refused": N_("refused"),
        "offered": N_("offered"),
        "countered": N_("answered with a counter-offer"),
        "accepted": N_("accepted by the customer"),
        "declined": N_("declined by the customer"),
        "expired": N_("expired"),
        "replaced": N_("replaced by a newer version"),
    },
    "repeats": {"never": N_("once"), "daily": N_("daily"), "weekly": N_("weekly")},
    "act": {  # what the audit log records
        "calendar.day_set": N_("set a day of the calendar"),
        "complaints.revealed": N_("revealed personal data"),
        "data_keys.rotated": N_("changed the data key"),
        "departments.heads_set": N_("set the heads"),
        "drills.cancelled": N_("cancelled a drill"),
        "drills.missed": N_("missed a drill"),
        "drills.scheduled": N_("scheduled drills"),
        "duty.shift_added": N_("added a shift"),
        "duty.shift_removed": N_("removed a shift"),
        "people.activated": N_("let somebody in again"),
        "people.added": N_("added a person"),
        "people.changed": N_("changed a person"),
        "people.deactivated": N_("deactivated a person"),
        "people.first_admin": N_("made the first administrator"),
        "people.password_changed": N_("changed a password"),
        "people.sign_in_failed": N_("failed to sign in"),
        "people.signed_in": N_("signed in"),
        "tokens.created": N_("made a token"),
        "tokens.revoked": N_("revoked a token"),
    },
    "detail": {  # what an entry of the audit log says besides
        "agency": N_("agency"),
        "changed": N_("rows changed"),
        "department": N_("department"),
        "department_code": N_("department"),
        "deputy": N_("deputy"),
        "drills": N_("drills"),
        "field": N_("field"),
        "group_head": N_("head of the emergency group"),
        "head": N_("head"),
        "name": N_("name"),
        "programme": N_("whole programme"),
        "reason": N_("reason"),
        "role": N_("role"),
        "rows": N_("rows read"),
        "scopes": N_("may"),
        "slack_id": N_("Slack id"),
        "tries": N_("wrong tries"),
        "working": N_("working day"),
    },
    "scope": {  # what the token of a service may do
        "complaints:write": N_("record and read complaints"),
        "incidents:read": N_("read incidents, complaints and plans"),
        "incidents:write": N_("act on incidents"),
        "drills:write": N_("schedule and run drills"),
        "reports:read": N_("read post-mortems and reports"),
        "admin": N_("everything"),
    },
    "confidence": {
        "V": N_("verified"),
        "V2": N_("from a secondary source"),
        "U": N_("unverified"),
        "P": N_("our proposal"),
    },
}
# names of values in sentences → the tables their codes are read in, the first that knows it wins
_VALUE_KINDS: dict[str, tuple[str, ...]] = {
    "stage": ("stage",),
    "from": ("stage",),
    "to": ("stage", "task_status"),
    "next": ("stage",),
    "status": ("task_status", "status"),
    "state": ("delivery_state",),
    "drill_state": ("drill_state",),
    "step": ("step",),
    "role": ("role", "person_role"),
    "option_kind": ("option_kind",),
    "option_state": ("option_state",),
    "department": ("department",),
    "departments": ("department",),
    "code": ("department",),
    "plan": ("type",),
}


def short(locale: str) -> str:
    """`zh` or `en`, the key of the data texts."""
    return "zh" if locale.startswith("zh") else "en"


def say(message: str | Reason, locale: str, **values: Any) -> str:
    """A sentence in a language; values that are codes become words, `{zh, en}` picks one."""
    text, given = (message.message, message.values) if isinstance(message, Reason) else (message, values)
    translated = catalogue(locale).gettext(text) if text else ""
    if not given:
        return translated.replace("%%", "%") if "%%" in translated else translated
    return translated % {key: _value(key, value, locale) for key, value in given.items()}


def _value(key: str, value: Any, locale: str) -> Any:
    if isinstance(value, dict) and {"zh", "en"} <= value.keys():
        return value[short(locale)]
    if isinstance(value, list):
        return ("、" if short(locale) == "zh" else ", ").join(
            str(_value(key, each, locale)) for each in value
        )
    if not isinstance(value, str):
        return value
    found = (words(kind, value, locale) for kind in _VALUE_KINDS.get(key, ()))
    return next((each for each in found if each != value), value)


def words(kind: str, code: str, locale: str) -> str:
    """The words for a code: kinds are those of WORDS, and stage, channel, level, type and department."""
    code = str(code)
    match kind:
        case "stage":
            return _pair(labels.STAGES.get(Stage(code)), code, locale) if code in set(Stage) else code
        case "channel":
            return _pair(labels.CHANNELS.get(Channel(code)), code, locale) if code in set(Channel) else code
        case "level":
            return str(library.the_levels()[int(code)].name.model_dump()[short(locale)])
        case "type":
            return (
                _pair(labels.TYPES.get(ComplaintType(code)), code, locale)
                if code in set(ComplaintType)
                else code
            )
        case "department":
            found = library.departments().get(code)
            return found.name(locale) if found else code
    message = WORDS[kind].get(code)
    return catalogue(locale).gettext(message) if message else code


def _pair(found: tuple[str, str] | None, code: str, locale: str) -> str:
    return code if found is None else found[0 if short(locale) == "zh" else 1]


@lru_cache(maxsize=8)
def catalogue(locale: str) -> gettext_module.NullTranslations:
    """The translations of a language; those of the pages are taken from here too."""
    name = "zh_CN" if short(locale) == "zh" else "en"
    return Translations.load(str(CATALOGUES), [name])


def compile_catalogues(directory: Path = CATALOGUES) -> list[Path]:
    """Compile each catalogue whose source is newer than its compiled form; returns those written."""
    written = []
    for source in sorted(directory.glob("*/LC_MESSAGES/messages.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = pofile.read_po(file, locale=source.parent.parent.name)
        draft = target.with_suffix(f".{id(catalogue)}.tmp")
        with draft.open("wb") as out:
            mofile.write_mo(out, catalogue)
        draft.replace(target)  # whole or not at all, also when two processes start together
        written.append(target)
    return written
