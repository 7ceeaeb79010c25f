"""Words of change requests on plans: their states, their origins, and what the audit log says of them."""

from incident.errors import N_

WORDS: dict[str, dict[str, str]] = {
    "change_state": {
        "draft": N_("draft"),
        "review": N_("waits for approval"),
        "approved": N_("approved"),
        "refused": N_("refused"),
        "scheduled": N_("approved for a later day"),
        "published": N_("published"),
        "withdrawn": N_("withdrawn"),
    },
    "change_origin": {
        "free": N_("a suggestion"),
        "review": N_("a post-mortem"),
        "finding": N_("a finding"),
        "action": N_("an action"),
        "drill": N_("a drill"),
        "pattern": N_("a recurring pattern"),
    },
    "training_list": {
        "courses": N_("Courses"),
        "attendance": N_("Attendance"),
        "certificates": N_("Certificates"),
    },
    "subject": {
        "product": N_("Card business"),
        "law": N_("Law and rules"),
        "process": N_("Emergency process"),
    },
    "certificate_source": {
        "test": N_("test"),
        "attendance": N_("attendance"),
        "import": N_("brought along"),
    },
    "act": {
        "people.contact_confirmed": N_("confirmed how they are reached"),
        "training.course_added": N_("entered a course"),
        "training.course_changed": N_("changed a course"),
        "training.course_ended": N_("ended a course"),
        "training.test_taken": N_("took a test"),
        "training.imported": N_("imported a list of training"),
        "plan_changes.edit": N_("wrote a change request"),
        "plan_changes.submit": N_("handed in a change request"),
        "plan_changes.approve": N_("approved a change request"),
        "plan_changes.refuse": N_("refused a change request"),
        "plan_changes.revise": N_("took up a change request again"),
        "plan_changes.publish": N_("published a change of a plan"),
        "plan_changes.schedule": N_("set the day of a change of a plan"),
        "plan_changes.hold": N_("held a change of a plan back"),
        "plan_changes.withdraw": N_("withdrew a change request"),
        "plans.entrusted": N_("said who looks after a plan"),
        "plans.reviewed": N_("looked through a plan"),
        "plan_changes.proven": N_("saw a change of a plan proven"),
    },
}
VALUE_KINDS: dict[str, tuple[str, ...]] = {
    "change_state": ("change_state",),
    "cause_category": ("cause_category",),
}
