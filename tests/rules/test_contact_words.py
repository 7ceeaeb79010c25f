"""Every code of contact with the customer, of holds and of webhooks has its words."""

from incident import i18n
from incident.api import asked_contacts
from incident.board import contacts as page
from incident.coordination import contact_limits
from incident.models import contacts, webhooks
from incident.playbooks import files
from incident.settings import ROOT
from incident.wordings import contact


def test_every_member_has_words() -> None:
    for kind, members in {
        "contact_kind": contacts.ContactKind,
        "contact_state": contacts.ContactState,
        "contact_channel": contacts.ContactChannel,
        "contact_party": contacts.ContactParty,
        "contact_purpose": contacts.ContactPurpose,
        "contact_place": contacts.ContactPlace,
        "third_person_basis": contacts.ThirdPersonBasis,
        "hold_scope": contacts.HoldScope,
        "webhook_state": webhooks.WebhookState,
    }.items():
        assert set(i18n.WORDS[kind]) == {str(each) for each in members}, kind


def test_the_outcomes_that_the_page_offers_have_words() -> None:
    offered = {code for codes in page.OUTCOMES.values() for code in codes}
    assert offered == set(contact.WORDS["contact_outcome"])
    assert contact_limits.DECLINED in offered


def test_every_check_has_a_rule_and_every_rule_set_knows_quiet_hours_wishes_and_the_hold() -> None:
    documents = files.read(ROOT / "playbooks").documents
    codes = {
        key: {rule.code for rule in document.rules if rule.kind == "conduct"}
        for key, document in documents.items()
        if key.startswith("@rules/")
    }
    for key, found in codes.items():
        wanted = {"quiet_hours_from", "quiet_hours_until", "contact_preference", "contact_hold"}
        assert wanted | {"third_person_contact"} <= found, key
    assert set(contact_limits.CHECKS) <= set().union(*codes.values())


def test_the_call_takes_every_field_of_an_entry() -> None:
    from incident.coordination.contact_entry import Entry

    assert set(asked_contacts.LogContact.model_fields) == set(Entry.__dataclass_fields__)
