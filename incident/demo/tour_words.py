"""The words of the guided tour: the title and the text of each step, and what its buttons say."""

from incident.errors import N_

_READ = N_("Read the alert")
_OPEN = N_("Open the channel")

# by the key of a step
STEPS: dict[str, dict[str, str]] = {
    "report": {
        "title": N_("A complaint comes in"),
        "text": N_("Send the example complaint, or report an emergency yourself with `/incident open`."),
        "act_label": N_("Send the example complaint"),
    },
    "alert": {
        "title": N_("Whoever is on duty is alerted"),
        "text": N_("The alert is a direct message with the facts and a button. Read it as that person."),
        "go_label": _READ,
    },
    "acknowledge": {
        "title": N_("Acknowledge the incident"),
        "text": N_("Press Acknowledge in the alert, or type `/incident ack`. Nobody else is called then."),
        "go_label": _READ,
    },
    "channel": {
        "title": N_("Enter the incident's channel"),
        "text": N_("Whoever is needed is in it already. The pinned card shows how things stand."),
        "go_label": _OPEN,
    },
    "department": {
        "title": N_("A department accepts"),
        "text": N_("A department has minutes to accept. As one of its people type `/incident dept accept`."),
        "go_label": _OPEN,
    },
    "task": {
        "title": N_("Do a task"),
        "text": N_("The plan has given out the tasks. Mark one done on the board or with `/incident task`."),
        "go_label": N_("Open on the board"),
    },
    "clock": {
        "title": N_("Keep the clock"),
        "text": N_("Clocks run for the law and for each other. Give the update due with `/incident update`."),
        "go_label": _OPEN,
    },
    "rest": {
        "title": N_("The others finish their work"),
        "text": N_(
            "To close, the finding, the letter, tasks and signatures must be there. Let others do them."
        ),
        "act_label": N_("Let them finish"),
    },
    "close": {
        "title": N_("Close the incident"),
        "text": N_("As its commander type `/incident close` and a sentence. A post-mortem is scheduled."),
        "go_label": _OPEN,
    },
    "drill": {
        "title": N_("Start a drill"),
        "text": N_("A drill runs like an emergency and looks unmistakably different."),
        "act_label": N_("Start the drill"),
    },
}
