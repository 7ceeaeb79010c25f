"""What complaints of one cause have in common: the columns a complaint is found by, and the words for it."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from incident import agency_names, labels, privacy
from incident.models.complaints import Complaint
from incident.playbooks.surge import SurgeRule
from incident.surges import wording
from incident.vocabulary import ComplaintType, Signal

# A complaint with one of these always has an incident of its own, whatever group it belongs to.
GRAVE = frozenset({str(Signal.SELF_HARM_THREAT), str(Signal.VIOLENCE_THREAT)})


@dataclass(frozen=True)
class Arrival:
    """A complaint as it is compared with others; `text` is normalised and masked, and never stored."""

    complaint_type: str
    text: str = field(repr=False)
    wording: int | None
    agency: str | None
    agency_key: str | None
    product: str | None
    region: str | None
    person_key: int | None
    received_at: datetime

    @property
    def causes(self) -> dict[str, int]:
        """The key of each rule whose facts are given."""
        found = {}
        if self.agency_key:
            found["agency"] = _hashed("agency", self.complaint_type, self.agency_key)
        if self.product and self.region:
            found["product_region"] = _hashed(
                "product_region", self.complaint_type, self.product, self.region
            )
        return found

    @property
    def columns(self) -> dict[str, Any]:
        """What the complaint keeps of it."""
        return {
            "wording": self.wording,
            "agency_key": self.agency_key,
            "cause_key": next(iter(self.causes.values()), None),
        }


def arrival(
    *,
    complaint_type: str,
    text: str,
    agency: str | None,
    product: str | None,
    region: str | None,
    person_key: int | None,
    received_at: datetime,
) -> Arrival:
    """Make a complaint ready to be compared."""
    plain = wording.normal(text)
    return Arrival(
        complaint_type=complaint_type,
        text=plain,
        wording=wording.mark(plain),
        agency=agency,
        agency_key=(agency_names.normal(agency) or None) if agency else None,
        product=product,
        region=region,
        person_key=person_key,
        received_at=received_at,
    )


def text_of(summary: str | None, narrative: str | None) -> str:
    """The part of a complaint whose wording counts: what happened; the demand is often the same anyway."""
    return narrative or summary or ""


def _hashed(*parts: str) -> int:
    digest = hashlib.blake2b("\0".join(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def described(rule: SurgeRule, found: Arrival) -> dict[str, str]:
    """The cause in words, without anything personal: `投诉类型 · 同一催收机构：甲公司`."""
    kind = labels.TYPES[ComplaintType(found.complaint_type)]
    facts = {
        "agency": found.agency,
        "product_region": " · ".join(filter(None, (found.product, found.region))),
    }.get(rule.key)
    detail = privacy.redact(facts) if facts else ""
    zh = f"{kind[0]}，{rule.name.zh}" + (f"：{detail}" if detail else "")
    en = f"{kind[1]}, {rule.name.en}" + (f": {detail}" if detail else "")
    return {"zh": zh, "en": en}


def of_complaint(complaint: Complaint) -> Arrival:
    """A complaint that is recorded, as it is compared."""
    return arrival(
        complaint_type=complaint.complaint_type,
        text=text_of(complaint.personal.get("summary"), complaint.personal.get("narrative")),
        agency=complaint.agency,
        product=complaint.product,
        region=complaint.region,
        person_key=complaint.person_key,
        received_at=complaint.received_at,
    )
