"""The words of contact with the customer, of holds and of webhooks."""

from incident.errors import N_

WORDS: dict[str, dict[str, str]] = {
    "contact_kind": {
        "planned": N_("planned contact"),
        "attempt": N_("attempt"),
        "conversation": N_("conversation"),
    },
    "contact_state": {"planned": N_("ahead"), "done": N_("carried out"), "dropped": N_("no longer planned")},
    "contact_channel": {
        "phone": N_("phone call"),
        "ai_voice": N_("automatic voice call"),
        "sms": N_("text message"),
        "app": N_("message in the app"),
        "email": N_("e-mail message"),
        "social_media": N_("social media message"),
        "letter": N_("letter by post"),
        "visit": N_("visit"),
        "branch": N_("meeting at the branch"),
        "other": N_("another way"),
    },
    "contact_party": {
        "customer": N_("the customer"),
        "representative": N_("a named representative"),
        "third_person": N_("a third person"),
    },
    "contact_purpose": {
        "case": N_("the complaint"),
        "collection": N_("the debt"),
        "automatic": N_("an automatic message"),
    },
    "contact_place": {"anywhere": N_("anywhere"), "home": N_("at home"), "work": N_("at work")},
    "contact_outcome": {
        "no_answer": N_("no answer"),
        "busy": N_("engaged"),
        "voicemail": N_("left on voicemail"),
        "wrong_number": N_("wrong number"),
        "declined": N_("wants no contact"),
        "sent": N_("message sent"),
        "informed": N_("told how it stands"),
        "agreed": N_("came to an agreement"),
        "disagreed": N_("came to no agreement"),
        "call_back": N_("asks for a call back"),
        "distressed": N_("in distress"),
    },
    "third_person_basis": {
        "unreachable": N_("the customer cannot be reached"),
        "deceased": N_("the customer has died"),
        "incapable": N_("the customer cannot act"),
    },
    "hold_scope": {
        "collection": N_("no collecting"),
        "everything": N_("no collecting and no automatic messages"),
    },
    "webhook_state": {
        "pending": N_("to be sent"),
        "sending": N_("on its way"),
        "done": N_("accepted by the receiver"),
        "failed": N_("not accepted"),
    },
}
ACTS = {  # what the audit log records
    "contact_hold.lifted": N_("lifted a contact hold"),
    "contacts.breach": N_("recorded a contact outside the limits"),
    "contacts.safety_override": N_("went past a limit on contact for safety"),
    "webhooks.added": N_("added a webhook endpoint"),
    "webhooks.changed": N_("changed a webhook endpoint"),
    "webhooks.disabled": N_("switched a webhook endpoint off"),
}
DETAILS = {  # what an entry of the audit log says besides
    "active": N_("in use"),
    "contact": N_("contact"),
    "events": N_("told of"),
    "host": N_("host"),
    "rules": N_("rules"),
}
