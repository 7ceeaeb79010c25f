"""Every form on an incident, by the callback that Slack sends back."""

from incident.slack.forms import command, contact, people, proof, work
from incident.slack.forms.form import Form

FORMS: dict[str, Form] = {
    each.callback: each
    for each in (
        work.UPDATE,
        work.TASK,
        work.BLOCK,
        work.NOTE,
        people.HAND_OVER,
        people.CALL_OUT,
        people.DECLINE,
        command.LEVEL,
        command.CLOSE,
        command.DECIDE,
        contact.CONTACT,
        proof.EVIDENCE,
    )
}
