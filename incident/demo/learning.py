"""An incident of some weeks ago that was worked through and closed, its post-mortem, what follows from it,
and the change of the plan that it asks for: the pages of learning have something to show."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import delete

from incident import accounts
from incident.accounts import Actor
from incident.coordination import departments, dependencies, finding, tasks
from incident.db import db
from incident.demo import finishing
from incident.intake import body, receive
from incident.lifecycle import acts
from incident.lifecycle.common import House
from incident.models.alerts import Delivery
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.models.plans import ChangeOrigin
from incident.models.reviews import ReviewFinding, Section
from incident.plan_changes import proposing
from incident.playbooks import library
from incident.reviews import actions, blameless, findings, meeting, schedule, sections
from incident.vocabulary import Stage, TaskStatus

On = Callable[..., datetime]  # which working day from the first, at which hour and minute
AGO = timedelta(days=23)
COMPLAINT: dict[str, Any] = {
    "source": "demo",
    "channel": "hotline",
    "complaint_type": "improper_collection",
    "product": "信用卡",
    "summary": "晚间多次致电客户单位催收",
    "narrative": "上周连续三个晚上八点以后，外包催收人员把电话打到我单位值班室，"
    "让值班同事转告我欠款金额。我要求停止打单位电话，查清是谁授权的，并书面答复我。",
    "demand": "停止致电单位并书面答复",
    "customer": {"name": "周丽", "phone": "13600136000"},
    "escalated": True,
    "escalation_reason": "客户表示将向监管部门反映",
}
LETTER = """尊敬的{name}：

您反映催收人员晚间致电您单位一事，经核对通话录音，情况属实。我行已停止该机构对您账户的催收，并对其作出处理。
给您造成的困扰，我们深表歉意。"""
CAUSES = (
    ("外包机构的外呼名单里仍有客户单位的电话", "vendor", None),
    ("客户的联系偏好登记后，第二天才传给外包机构", "system", 0),
    ("预案没有写明由谁、在多长时间内确认机构已经停呼", "policy", 1),
)
WRITTEN = {
    Section.SUMMARY: "客户三个晚上在单位被催收电话打扰。认领及时；"
    "停催指令到达外包机构用了一天，期间又有一次致电。",
    Section.WENT_WELL: "- 六分钟内认领，首次联系客户态度诚恳\n- 录音当天调取并固定",
    Section.WENT_BADLY: "- 停催指令没有得到机构确认\n- 一个必做步骤晚于期限完成",
}
ACTIONS = (
    ("fix", "联系偏好登记后一小时内推送到全部外包机构", "jiang"),
    ("improve", "停催指令须由机构回执，逾期由委外管理部电话确认", "he"),
)
SOONER = "2h"  # what the change proposes for the second step


def lead(people: dict[str, Person], *, by: Actor, at: datetime, house: House) -> None:
    """From the complaint to a change request in review, each act at its hour on a working day."""
    first = house.calendar.next_working((at - AGO).astimezone(house.zone).date())

    def on(day: int, hour: int, minute: int = 0) -> datetime:
        found = house.calendar.add_working_days(first, day) if day else first
        return datetime.combine(found, time(hour, minute), tzinfo=house.zone)

    who = {each.email.split("@")[0]: accounts.actor(each) for each in people.values()}
    raw = {**COMPLAINT, "source_ref": "DEMO-CLOSED", "received_at": on(0, 9, 40).isoformat()}
    prepared = receive.prepare(body.read(raw, at=at))
    incident = receive.receive(prepared, by=by, at=on(0, 9, 42), house=house).incident
    assert incident is not None
    acts.acknowledge(incident, by=who["wang"], at=on(0, 9, 48))
    for minute, line in enumerate(departments.lines(incident.id)):
        accepting = _lead(line.lead_id, who["wang"])
        departments.accept(incident, line.code, by=accepting, at=on(0, 10, minute), calendar=house.calendar)
    acts.move(incident, Stage.VERIFY, by=who["wang"], at=on(0, 10, 30))
    found = finding.Found(
        "upheld", "录音证实三次晚间致电客户单位并透露欠款", violations=["third_person_disclosure"]
    )
    finding.record(incident, found, rule_set=house.rule_set, by=who["wang"], at=on(1, 15))
    for day, stage in enumerate((Stage.NEGOTIATE, Stage.RESOLVE), start=1):
        acts.move(incident, stage, by=who["wang"], at=on(day, 16))
    _work(incident, who["wang"], on)
    finishing.finish(incident, at=on(5, 11), house=house, letter=LETTER)
    summary = "已停止该机构催收并书面致歉，客户接受。"
    acts.close(incident, summary=summary, by=who["wang"], at=on(5, 15), house=house)
    _learn(incident, people, who["wang"], on, house)
    mine = Delivery.incident_id == incident.id
    db.session.execute(delete(Delivery).where(mine))  # nobody is told today of what was weeks ago


def _lead(person_id: int | None, otherwise: Actor) -> Actor:
    person = db.session.get(Person, person_id or 0)
    return accounts.actor(person) if person else otherwise


def _work(incident: Incident, commander: Actor, on: On) -> None:
    """Every step that waits for nothing, by whoever has it, four of them a day."""
    for number, task in enumerate(tasks.of(incident.id)):
        if task.key != tasks.FEEDBACK and not dependencies.of(incident.id).waits_for(task):
            doing, moment = _lead(task.assignee_id, commander), on(number // 4, 11, number)
            tasks.change(task, incident, by=doing, at=moment, status=TaskStatus.DONE)


def _learn(incident: Incident, people: dict[str, Person], by: Actor, on: On, house: House) -> None:
    review = schedule.of(incident)
    assert review is not None
    meeting.held(review, by=by, at=on(8, 15), calendar=house.calendar)
    db.session.flush()  # the next verb reads the row again, to lock it
    cast = blameless.cast(incident, owner_id=review.owner_id)
    for name, text in WRITTEN.items():
        sections.save(review, name, text, version=0, cast=cast, by=by, at=on(8, 16))
    whys: list[ReviewFinding] = []
    for text, category, above in CAUSES:
        parent = None if above is None else whys[above].id
        why = findings.add(
            review, text, cast=cast, by=by, at=on(8, 16, 10), parent_id=parent, category=category
        )
        whys.append(why)
    for kind, title, owner in ACTIONS:
        wanted = actions.Wanted(kind, title, owner=people[f"{owner}@demo.example"], finding_id=whys[-1].id)
        actions.add(review, wanted, by=by, at=on(8, 16, 20), calendar=house.calendar)
    content = library.current(incident.complaint_type).plan.model_dump(mode="json")
    content["steps"][1]["due"] = SOONER
    proposing.begin(
        incident.complaint_type,
        reason="停催指令须有机构回执，并缩短期限",
        by=by,
        at=on(9, 10),
        content=content,
        origin=ChangeOrigin.FINDING,
        origin_id=whys[-1].id,
        submit=True,
    )
