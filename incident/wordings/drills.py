"""The words of drills: kinds, roles, injects and what became of them, ratings."""

from incident.errors import N_

WORDS: dict[str, dict[str, str]] = {
    "inject_channel": {
        "slack": N_("chat"),
        "phone": N_("by phone"),
        "email": N_("by e-mail"),
        "onsite": N_("on site"),
        "social_media": N_("on social media"),
        "regulator": N_("from the regulator"),
        "other": N_("told"),
    },
    "inject_result": {
        "pending": N_("to come"),
        "skipped": N_("left out"),
        "open": N_("waits for an answer"),
        "met": N_("answered in time"),
        "missed": N_("missed"),
        "noted": N_("delivered"),
        "unfinished": N_("the drill ended first"),
    },
    "inject_respond": {
        "answer": N_("an answer in words"),
        "choose": N_("a choice"),
        "acknowledge": N_("acknowledging"),
        "accept": N_("a department accepts"),
        "call_out": N_("calling out a department"),
        "raise_level": N_("raising the level"),
        "finish_task": N_("finishing a task"),
        "give_update": N_("an update"),
        "none": N_("nothing"),
    },
    "drill_kind": {
        "tabletop": N_("table-top"),
        "drill": N_("single drill"),
        "functional": N_("functional exercise"),
        "full_scale": N_("full-scale exercise"),
        "call_tree": N_("call-tree test"),
    },
    "drill_role": {
        "director": N_("Exercise director"),
        "controller": N_("Controller"),
        "evaluator": N_("Evaluator"),
        "observer": N_("Observer"),
        "player": N_("Player"),
    },
    "drill_rating": {
        "P": N_("P · achieved"),
        "S": N_("S · achieved, could be more effective"),
        "M": N_("M · achieved, with harm to other work"),
        "U": N_("U · not achieved"),
        "NA": N_("N/A · not observed"),
    },
    "response_via": {
        "web": N_("on the web"),
        "slack": N_("in Slack"),
        "api": N_("by another system"),
        "act": N_("by an act on the incident"),
    },
    "drill_state": {
        "scheduled": N_("scheduled"),
        "running": N_("running"),
        "paused": N_("paused"),
        "ended": N_("ended"),
        "cancelled": N_("cancelled"),
    },
    "weekday": {
        "0": N_("Monday"),
        "1": N_("Tuesday"),
        "2": N_("Wednesday"),
        "3": N_("Thursday"),
        "4": N_("Friday"),
        "5": N_("Saturday"),
        "6": N_("Sunday"),
    },
    "improvement_kind": {
        "prevent": N_("prevent"),
        "improve": N_("improve"),
        "train": N_("train"),
    },
}
