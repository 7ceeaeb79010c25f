"""Made-up complaints for the first start; minutes are counted back from the moment it happens."""

from typing import Any

# (minutes ago, complaint body without source_ref and received_at)
COMPLAINTS: tuple[tuple[int, dict[str, Any]], ...] = (
    (
        2,
        {
            "channel": "hotline",
            "product": "信用卡",
            "summary": "客户来电称催收人员上门张贴欠款通知",
            "narrative": "今天上午两名自称银行委托的催收人员到我家小区，"
            "在单元门口张贴写有我姓名和欠款金额的通知，"
            "邻居都看到了。我要求立即撤下通知、书面道歉，并说明是谁允许他们这样做的。",
            "demand": "撤下通知并书面道歉",
            "customer": {"name": "王小明", "phone": "13800138000", "account_ref": "6222-0001"},
            "account": {"days_overdue": 45, "amount_overdue": "12345.60", "currency": "CNY"},
            "escalated": True,
            "escalation_reason": "客户要求当日答复，已表示将向监管部门反映",
        },
    ),
    (
        26,
        {
            "channel": "app",
            "complaint_type": "privacy_leak",
            "product": "消费贷",
            "summary": "陌生人掌握客户逾期明细",
            "narrative": "有陌生号码加我微信，能准确说出我的逾期金额、身份证后四位和单位地址，"
            "怀疑信息被泄露。",
            "customer": {"name": "刘芳", "phone": "13900139000", "email": "liufang@mail.example"},
            "signals": ["data_leak"],
            "affected_customers": 620,
            "escalated": True,
            "escalation_reason": "疑似批量泄露",
        },
    ),
    (
        75,
        {
            "channel": "regulator",
            "complaint_type": "regulator_transfer",
            "product": "信用卡",
            "summary": "12378 转办：逾期费用计算争议",
            "narrative": "监管转办件：投诉人对违约金和循环利息的计算方式有异议，要求逐笔说明并退还多收部分。",
            "customer": {"name": "陈建国", "phone": "13700137000"},
            "signals": ["regulator_transfer"],
            "escalated": True,
            "escalation_reason": "监管转办",
        },
    ),
    (
        240,
        {
            "channel": "branch",
            "complaint_type": "repayment_plan",
            "product": "信用卡",
            "summary": "客户失业，申请个性化分期",
            "narrative": "我上个月被裁员，目前没有收入，孩子还在上学。"
            "我愿意还款，但每月三千元实在承受不了，希望分期六十期。",
            "customer": {"name": "赵晓梅", "phone": "13600136000"},
            "account": {"days_overdue": 62, "amount_overdue": "58200.00", "currency": "CNY"},
            "signals": ["vulnerable"],
            "escalated": True,
            "escalation_reason": "困难客户，需要风险部门评估",
        },
    ),
    (
        300,
        {
            "channel": "web",
            "product": "credit card",
            "narrative": "The late fee was charged twice in October and the hotline "
            "could not explain why. Please check.",
            "customer": {"name": "Tom Lee", "email": "tom.lee@mail.example"},
        },
    ),
)
