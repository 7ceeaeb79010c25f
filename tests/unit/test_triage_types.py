"""The proposed type: its words, the model file, and that it is read without scikit-learn."""

import json
import subprocess
import sys
import time
from array import array
from pathlib import Path

import pytest

from incident.triage import model, words
from tests.unit.triage_builders import assessed

ENGLISH = [
    (
        "improper_collection",
        "A debt collector keeps calling me ten times a day at work and yells at my mother.",
    ),
    (
        "fee_dispute",
        "I was charged a late fee and interest although I paid on time. Please refund the late fee.",
    ),
    (
        "information_error",
        "This debt is not mine. I never had an account and they refuse to verify the debt.",
    ),
    (
        "credit_report_dispute",
        "They reported me to the credit bureaus, my credit score dropped; please remove the late payment.",
    ),
    ("malicious_proxy", "On behalf of my client, we demand sixty interest-free instalments."),
]
CHINESE = [
    ("improper_collection", "催收每天打电话骚扰我的家人和同事，还爆通讯录恐吓我。"),
    ("fee_dispute", "要求退还多收的担保费和服务费，综合年化利率超过36%。"),
    ("repayment_plan", "本人失业没有收入，希望协商延期还款，减免罚息。"),
    ("privacy_leak", "我担心个人信息泄露，有人拿着我的隐私资料打电话。"),
    ("service_attitude", "客服态度恶劣，互相推诿，直接挂断。"),
    ("business_processing", "申请注销信用卡一直不给办理，也不开具结清证明。"),
    ("credit_report_dispute", "征信报告有误，要求更正征信不良记录。"),
    ("impersonation", "有人冒充银行客服打电话，发来钓鱼链接。"),
    ("outsourced_agency_breach", "委外机构让我把钱还到私人账户。"),
    ("system_batch_failure", "系统故障，很多客户收到误发的短信。"),
]


@pytest.mark.parametrize(("kind", "narrative"), [*ENGLISH, *CHINESE])
def test_a_plain_case_gets_its_type_with_words_from_the_text(kind: str, narrative: str) -> None:
    found = assessed(narrative)
    best = found.types[0]
    assert best.type == kind and found.complaint_type == kind and found.proposed
    assert best.words
    for word in best.words:
        assert all(part in narrative.lower() for part in word.split(" … "))


@pytest.mark.parametrize(("kind", "narrative"), ENGLISH[:4])
def test_the_words_shown_really_carry_the_type(kind: str, narrative: str) -> None:
    shipped = model.shipped()
    before = {each.type: each for each in shipped.guess(narrative, most=20)}
    shown = {word for pair in before[kind].words for word in pair.split()}
    rest = " ".join(word for word in words.tokens(words.normal(narrative)) if word not in shown)
    after = {each.type: each.probability for each in shipped.guess(rest, most=20)}
    assert after[kind] < before[kind].probability


def test_a_type_given_by_the_sender_stands_and_the_proposals_stay_visible() -> None:
    found = assessed("I was charged a late fee.", complaint_type="service_attitude")
    assert found.complaint_type == "service_attitude" and not found.proposed and found.types


def test_a_text_without_a_known_word_is_other() -> None:
    assert assessed("……").complaint_type == "other"
    assert assessed("qqqq zzzz").complaint_type == "other"


def test_the_product_tells_which_line_of_business_to_ask() -> None:
    narrative = "They changed my payment and I could not pay"
    card = assessed(narrative, product="credit_card").types
    loan = assessed(narrative, product="personal loan").types
    assert [each.probability for each in card] != [each.probability for each in loan]


def test_an_assessment_is_plain_json() -> None:
    plain = assessed("我不想活了。I will kill myself.").as_dict()
    again = json.loads(json.dumps(plain, ensure_ascii=False))
    assert again["signals"][0]["certainty"] == "stated" and again["signals"][0]["counts"] is True


def test_the_shipped_model_names_its_source_and_honest_scores() -> None:
    about = model.shipped().about
    assert "CFPB" in about["source"] and about["rows"] > 4000
    cards = about["cross_validated"]["cards"]
    assert cards["top_1"] >= 0.66 and cards["top_3"] >= 0.92
    assert model.SHIPPED.stat().st_size < 1_500_000


def test_a_model_survives_writing_and_reading(tmp_path: Path) -> None:
    row = model.Row("fee_dispute", 0.01, 0.01, array("b", [100, -3]))
    other = model.Row("other", 0.0, 0.01, array("b", [-7, 9]))
    made = model.TypeModel(
        {"rows": 1}, {"fee": 0, "call": 1}, [1.0, 2.0], {"cards": model.expert([row, other])}, None
    )
    model.save(made, tmp_path / "a.json.gz")
    read = model.load(tmp_path / "a.json.gz")
    assert read.guess("fees")[0].type == "fee_dispute"
    assert read.guess("fees")[0].words == ["fees"]
    assert read.guess("calls")[0].type == "other"


def test_assessing_imports_no_training_library() -> None:
    code = (
        "import sys; from tests.unit.triage_builders import assessed; assessed('They call me every day');"
        "import incident.triage.cli; print([m for m in ('sklearn', 'numpy', 'scipy') if m in sys.modules])"
    )
    root = Path(__file__).resolve().parents[2]
    said = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_a_long_text_costs_no_more_than_its_length() -> None:
    text = "They charged me a late fee and the collector keeps calling my mother at work every day. "

    def seconds(times: int) -> float:
        marks = []
        for _ in range(5):
            start = time.process_time()
            for _ in range(10):
                assessed(text * times)
            marks.append(time.process_time() - start)
        return min(marks)

    seconds(1)
    assert seconds(160) < 4 * 8 * seconds(20)
