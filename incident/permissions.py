"""Who may do what: one table of roles and permissions, asked in the verbs and shown at the edges."""

from enum import StrEnum


class Role(StrEnum):
    """The roles of people."""

    RESPONDER = "responder"
    COMMANDER = "commander"
    MANAGER = "manager"
    TRAINER = "trainer"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Permission(StrEnum):
    """Acts that need authority, as `thing:act`."""

    ACCOUNTABILITY_READ = "accountability:read"
    ACCOUNTABILITY_WRITE = "accountability:write"
    ACCOUNTS_MANAGE = "accounts:manage"
    AGENCIES_MANAGE = "agencies:manage"
    AUDIT_READ = "audit:read"
    COMPLAINTS_READ = "complaints:read"
    COMPLAINTS_REVEAL = "complaints:reveal"
    COMPLAINTS_WRITE = "complaints:write"
    DECISIONS_APPROVE = "decisions:approve"
    DELIVERIES_RETRY = "deliveries:retry"
    DRILLS_MANAGE = "drills:manage"
    DRILLS_READ = "drills:read"
    DUTY_MANAGE = "duty:manage"
    INCIDENTS_ACT = "incidents:act"
    INCIDENTS_CLOSE = "incidents:close"
    INCIDENTS_COMMAND = "incidents:command"
    INCIDENTS_READ = "incidents:read"
    PLAYBOOKS_APPROVE = "playbooks:approve"
    PLAYBOOKS_PROPOSE = "playbooks:propose"
    PLAYBOOKS_READ = "playbooks:read"
    REVIEWS_READ = "reviews:read"
    REVIEWS_WRITE = "reviews:write"
    REPORTS_READ = "reports:read"
    TRAINING_MANAGE = "training:manage"


_P = Permission
_READ = {
    _P.COMPLAINTS_READ,
    _P.DRILLS_READ,
    _P.INCIDENTS_READ,
    _P.PLAYBOOKS_READ,
    _P.REVIEWS_READ,
    _P.REPORTS_READ,
}
_RESPOND = _READ | {
    _P.COMPLAINTS_WRITE,
    _P.COMPLAINTS_REVEAL,
    _P.INCIDENTS_ACT,
    _P.DELIVERIES_RETRY,
    _P.PLAYBOOKS_PROPOSE,
    _P.REVIEWS_WRITE,
}
_COMMAND = _RESPOND | {
    _P.AGENCIES_MANAGE,
    _P.DECISIONS_APPROVE,
    _P.INCIDENTS_CLOSE,
    _P.INCIDENTS_COMMAND,
    _P.PLAYBOOKS_APPROVE,
}
# Who answers for what failed is for supervision and audit alone: not even administrators see it.
SUPERVISION = frozenset({_P.ACCOUNTABILITY_READ, _P.ACCOUNTABILITY_WRITE})
SUPERVISING = ("HR",)  # departments whose managers keep that record
_ALL = frozenset(Permission) - SUPERVISION

ROLES: dict[Role, frozenset[Permission]] = {
    Role.RESPONDER: frozenset(_RESPOND),
    Role.COMMANDER: frozenset(_COMMAND),
    Role.MANAGER: frozenset(_COMMAND | {_P.DUTY_MANAGE, _P.DRILLS_MANAGE, _P.TRAINING_MANAGE}),
    Role.TRAINER: frozenset(
        _READ
        | {_P.DRILLS_MANAGE, _P.INCIDENTS_ACT, _P.PLAYBOOKS_PROPOSE, _P.REVIEWS_WRITE, _P.TRAINING_MANAGE}
    ),
    Role.AUDITOR: frozenset(_READ | {_P.AUDIT_READ, _P.ACCOUNTABILITY_READ}),
    Role.ADMIN: _ALL,
}

# What a token's scope lets its bearer do (contract §3).
SCOPES: dict[str, frozenset[Permission]] = {
    "complaints:write": frozenset({_P.COMPLAINTS_WRITE, _P.COMPLAINTS_READ}),
    "incidents:read": frozenset({_P.INCIDENTS_READ, _P.COMPLAINTS_READ, _P.PLAYBOOKS_READ}),
    "incidents:write": frozenset(_COMMAND - {_P.COMPLAINTS_REVEAL}),
    "drills:write": frozenset({_P.DRILLS_READ, _P.DRILLS_MANAGE, _P.PLAYBOOKS_PROPOSE, _P.PLAYBOOKS_READ}),
    "reports:read": frozenset({_P.REPORTS_READ, _P.REVIEWS_READ, _P.DRILLS_READ, _P.PLAYBOOKS_READ}),
    "admin": _ALL,
}


def of(role: Role, department: str | None) -> frozenset[Permission]:
    """What somebody of a role may do; managers of supervising departments keep that record."""
    supervises = role == Role.MANAGER and department in SUPERVISING
    return ROLES[role] | SUPERVISION if supervises else ROLES[role]
