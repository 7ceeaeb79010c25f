"""The words of the field as enumerations: stages, levels, statuses, types, channels, signals, roles."""

from enum import IntEnum, StrEnum


class Stage(StrEnum):
    """The six steps 接诉 核实 沟通 处理 反馈 跟踪, in order."""

    INTAKE = "intake"
    VERIFY = "verify"
    NEGOTIATE = "negotiate"
    RESOLVE = "resolve"
    FEEDBACK = "feedback"
    FOLLOW_UP = "follow_up"


class Level(IntEnum):
    """Ⅰ (red, gravest) to Ⅳ (blue): the national four-level scale (facts E1, E2)."""

    CRITICAL = 1
    MAJOR = 2
    SIGNIFICANT = 3
    GENERAL = 4

    @property
    def numeral(self) -> str:
        """The Roman numeral people read: Ⅰ Ⅱ Ⅲ Ⅳ."""
        return "ⅠⅡⅢⅣ"[self - 1]


class Status(StrEnum):
    """What has become of an incident."""

    OPEN = "open"
    CLOSED = "closed"
    MERGED = "merged"
    CANCELLED = "cancelled"


class ComplaintType(StrEnum):
    """The nineteen kinds of complaint; each has its emergency plan."""

    IMPROPER_COLLECTION = "improper_collection"
    INFORMATION_ERROR = "information_error"
    FEE_DISPUTE = "fee_dispute"
    REPAYMENT_PLAN = "repayment_plan"
    PRIVACY_LEAK = "privacy_leak"
    SERVICE_ATTITUDE = "service_attitude"
    BUSINESS_PROCESSING = "business_processing"
    GROUP_COMPLAINT = "group_complaint"
    MEDIA_EXPOSURE = "media_exposure"
    REGULATOR_TRANSFER = "regulator_transfer"
    SELF_HARM_THREAT = "self_harm_threat"
    ONSITE_VIOLENCE = "onsite_violence"
    IMPERSONATION = "impersonation"
    MALICIOUS_PROXY = "malicious_proxy"
    VULNERABLE_CUSTOMER = "vulnerable_customer"
    SYSTEM_BATCH_FAILURE = "system_batch_failure"
    CREDIT_REPORT_DISPUTE = "credit_report_dispute"
    OUTSOURCED_AGENCY_BREACH = "outsourced_agency_breach"
    OTHER = "other"


class Channel(StrEnum):
    """How the complaint reached the institution."""

    HOTLINE = "hotline"
    WEB = "web"
    APP = "app"
    BRANCH = "branch"
    SOCIAL_MEDIA = "social_media"
    EMAIL = "email"
    LETTER = "letter"
    REGULATOR = "regulator"
    MEDIA = "media"
    AGENCY = "agency"
    OTHER = "other"


class Signal(StrEnum):
    """What makes a complaint more than a complaint; declared by the sender or found in the text."""

    REGULATOR_TRANSFER = "regulator_transfer"
    MEDIA_EXPOSURE = "media_exposure"
    SELF_HARM_THREAT = "self_harm_threat"
    VIOLENCE_THREAT = "violence_threat"
    JOINT_COMPLAINT = "joint_complaint"
    DATA_LEAK = "data_leak"
    VULNERABLE = "vulnerable"
    REPEAT = "repeat"


class IncidentRole(StrEnum):
    """Roles of the emergency group (facts §4.1, on top of ISO 22320)."""

    COMMANDER = "commander"
    DEPUTY = "deputy"
    SCRIBE = "scribe"
    CUSTOMER_LIAISON = "customer_liaison"
    REGULATORY_LIAISON = "regulatory_liaison"
    MEDIA_LIAISON = "media_liaison"
    INTERNAL_LIAISON = "internal_liaison"
    INVESTIGATION_LEAD = "investigation_lead"
    OPERATIONS_LEAD = "operations_lead"
    LEGAL_ADVISER = "legal_adviser"
    ONSITE_LEAD = "onsite_lead"
    SAFETY_OFFICER = "safety_officer"
    EXPERT = "expert"
    EXERCISE_CONTROLLER = "exercise_controller"
    EVALUATOR = "evaluator"
    OBSERVER = "observer"


class TaskStatus(StrEnum):
    """Where a task stands."""

    TODO = "todo"
    DOING = "doing"
    BLOCKED = "blocked"
    DONE = "done"
    DROPPED = "dropped"


UNFINISHED = (TaskStatus.TODO, TaskStatus.DOING, TaskStatus.BLOCKED)


class OptionKind(StrEnum):
    """The ways out that an institution has (requirements S1-24…28, S2-28, S0-14…16, S3-12)."""

    EXPLAIN = "explain"
    CORRECT_DATA = "correct_data"
    CHANGE_PLAN = "change_plan"
    DEFERRAL = "deferral"
    INSTALMENTS = "instalments"
    GRACE = "grace"
    WAIVER = "waiver"
    INTEREST_REDUCTION = "interest_reduction"
    COMPENSATION = "compensation"
    CHANGE_OF_MANNER = "change_of_manner"
    LEGAL_PATH = "legal_path"
