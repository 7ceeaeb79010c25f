"""Words of post-mortems and their actions."""

from incident.errors import N_

WORDS: dict[str, dict[str, str]] = {
    "review_state": {
        "scheduled": N_("scheduled"),
        "held": N_("being written"),
        "completed": N_("published"),
    },
    "review_trigger": {
        "level": N_("level"),
        "missed_clock": N_("a legal clock was missed"),
        "reopened": N_("opened again"),
        "regulator": N_("the regulator asked again"),
        "same_cause": N_("the same cause for the third time in 30 days"),
        "drill_rating": N_("a drill was rated M or U"),
        "asked": N_("asked for"),
    },
    "section": {
        "summary": N_("Summary"),
        "impact": N_("Impact"),
        "timeline": N_("Timeline"),
        "detection": N_("Detection"),
        "response": N_("Response: the plan and what happened"),
        "clocks": N_("Clocks met and missed"),
        "causes": N_("Causes"),
        "went_well": N_("What went well"),
        "went_badly": N_("What went badly"),
        "lucky": N_("Where we were lucky"),
        "outcome": N_("Outcome for the customer"),
        "plan_defects": N_("Defects of the plan"),
        "care": N_("Thanks and care"),
    },
    "cause_category": {
        "people": N_("people"),
        "process": N_("process"),
        "system": N_("system"),
        "vendor": N_("vendor"),
        "policy": N_("policy"),
    },
    "signer": {
        "commander": N_("Incident commander"),
        "quality": N_("independent quality check"),
        "executive": N_("executive in charge"),
        "director": N_("Exercise director"),
    },
    "action_kind": {
        "prevent": N_("prevent"),
        "detect": N_("detect"),
        "fix": N_("fix"),
        "improve": N_("improve"),
        "train": N_("train"),
    },
    "action_state": {
        "open": N_("open"),
        "done": N_("waits for verification"),
        "verified": N_("verified"),
        "dropped": N_("dropped"),
    },
    "action_event": {
        "added": N_("added it"),
        "changed": N_("changed it"),
        "owner": N_("handed it on"),
        "done": N_("finished it"),
        "verified": N_("verified it"),
        "reopened": N_("opened it again"),
        "extended": N_("gave it more time"),
        "dropped": N_("dropped it"),
    },
    "step_state": {
        "on_time": N_("in time"),
        "late": N_("late"),
        "skipped": N_("skipped"),
        "undone": N_("not done"),
    },
    "clock_result": {
        "met": N_("met"),
        "met_late": N_("met late"),
        "missed": N_("missed"),
        "void": N_("void"),
        "running": N_("running"),
        "paused": N_("paused"),
    },
}
# names of values in sentences → the tables their codes are read in
VALUE_KINDS: dict[str, tuple[str, ...]] = {
    "review_state": ("review_state",),
    "signer": ("signer",),
    "signers": ("signer",),
    "categories": ("cause_category",),
    "action_state": ("action_state",),
    "action_kind": ("action_kind",),
}
