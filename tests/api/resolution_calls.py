"""A walk through every call on options, for the tests that hold all answers against the document."""

BODY = {
    "kind": "waiver",
    "amount": "300.00",
    "currency": "CNY",
    "terms": "Two months of late fees are waived",
    "feasibility": {"technical": 3, "economic": {"score": 2, "remark": "within the budget"}, "legal": 3},
    "basis": "Contract, clause 12",
    "valid_until": "2026-11-20",
}


def walk(api, number):
    """Options, the label and the assessment."""
    options(api, number)
    labels(api, number)
    path = f"/incidents/{number}"
    api.post(f"{path}/assessment", {"affected_customers": 25, "impact": {"reputation": 3}}, as_="li")
    api.post(f"{path}/assessment", {"affected_customers": 1, "impact": {"reputation": 0}}, as_="li")
    api.post(f"{path}/assessment/decide", {"lower": True, "reason": "one customer only"}, as_="yang")
    api.get(f"{path}/assessments")


def labels(api, number):
    """Proposed, approved twice, lifted, proposed again, refused."""
    complaint = api.get(f"/incidents/{number}").get_json()["complaints"][0]["id"]
    for ending in ("lift", "refuse"):
        made = api.post(f"/complaints/{complaint}/proxy_label", {"grounds": "same wording"}, as_="li")
        label = made.get_json()["id"]
        if ending == "lift":
            for who in ("zhao", "yang"):
                api.post(f"/proxy_labels/{label}/approve", as_=who)
        api.post(f"/proxy_labels/{label}/{ending}", {"reason": "it was the customer"}, as_="zhao")
    api.get(f"/incidents/{number}/proxy_labels")


def options(api, number):
    """Written, proposed, approved, refused, revised, offered, countered, accepted, declined."""
    path = f"/incidents/{number}/options"

    def write(**given):
        return api.post(path, {**BODY, **given}, as_="li").get_json()["id"]

    draft = write(draft=True)
    api.post(f"/options/{draft}/propose", as_="li")
    api.post(f"/options/{draft}/approve", as_="li")
    api.post(f"/options/{draft}/approve", as_="wang")
    api.post(f"/options/{draft}/approve", as_="wang")
    api.post(f"/options/{draft}/offer", as_="li")
    api.post(f"/options/{draft}/counter", {"terms": "500 instead", "amount": "500.00"}, as_="li")
    api.post(f"/options/{draft}/accept", as_="li")
    refused = write(terms={"text": "12 months", "periods": 12, "first_due": "2026-12-31"}, kind="instalments")
    api.post(f"/options/{refused}/refuse", {"reason": "no basis"}, as_="wang")
    api.post(f"/options/{refused}/revise", BODY, as_="li")
    declined = write()
    api.post(f"/options/{declined}/approve", as_="wang")
    api.post(f"/options/{declined}/offer", {"valid_until": "2026-11-21"}, as_="li")
    api.post(f"/options/{declined}/decline", {"reason": "too little"}, as_="li")
    api.get(path)
    api.get(f"/options/{declined}")
