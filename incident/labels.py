"""The names of things in both languages where they are data and not interface: titles, stages, levels."""

import secrets

from incident.vocabulary import Channel, ComplaintType, Level, Stage

STAGES: dict[Stage, tuple[str, str]] = {
    Stage.INTAKE: ("接诉", "Intake"),
    Stage.VERIFY: ("核实", "Verify"),
    Stage.NEGOTIATE: ("沟通", "Negotiate"),
    Stage.RESOLVE: ("处理", "Resolve"),
    Stage.FEEDBACK: ("反馈", "Feedback"),
    Stage.FOLLOW_UP: ("跟踪", "Follow-up"),
}
CHANNELS: dict[Channel, tuple[str, str]] = {
    Channel.HOTLINE: ("热线", "hotline"),
    Channel.WEB: ("官网", "website"),
    Channel.APP: ("手机应用", "app"),
    Channel.BRANCH: ("网点", "branch"),
    Channel.SOCIAL_MEDIA: ("社交媒体", "social media"),
    Channel.EMAIL: ("电子邮件", "e-mail"),
    Channel.LETTER: ("信函", "letter"),
    Channel.REGULATOR: ("监管机构", "regulator"),
    Channel.MEDIA: ("媒体", "media"),
    Channel.AGENCY: ("委外机构", "agency"),
    Channel.OTHER: ("其他", "other"),
}
TYPES: dict[ComplaintType, tuple[str, str]] = {
    ComplaintType.IMPROPER_COLLECTION: ("催收方式不当", "Improper collection"),
    ComplaintType.INFORMATION_ERROR: ("催收信息错误", "Information error"),
    ComplaintType.FEE_DISPUTE: ("逾期费用异议", "Fee dispute"),
    ComplaintType.REPAYMENT_PLAN: ("还款困难协商", "Repayment hardship"),
    ComplaintType.PRIVACY_LEAK: ("个人信息泄露", "Privacy leak"),
    ComplaintType.SERVICE_ATTITUDE: ("服务态度", "Service attitude"),
    ComplaintType.BUSINESS_PROCESSING: ("业务办理", "Business processing"),
    ComplaintType.GROUP_COMPLAINT: ("群体性投诉", "Group complaint"),
    ComplaintType.MEDIA_EXPOSURE: ("舆情曝光", "Media exposure"),
    ComplaintType.REGULATOR_TRANSFER: ("监管转办", "Regulator transfer"),
    ComplaintType.SELF_HARM_THREAT: ("自杀自残威胁", "Threat of self-harm"),
    ComplaintType.ONSITE_VIOLENCE: ("现场暴力威胁", "On-site violence"),
    ComplaintType.IMPERSONATION: ("冒充催收诈骗", "Impersonation"),
    ComplaintType.MALICIOUS_PROXY: ("代理投诉黑产", "Malicious proxy"),
    ComplaintType.VULNERABLE_CUSTOMER: ("特殊群体", "Vulnerable customer"),
    ComplaintType.SYSTEM_BATCH_FAILURE: ("批量系统差错", "System batch failure"),
    ComplaintType.CREDIT_REPORT_DISPUTE: ("征信异议", "Credit report dispute"),
    ComplaintType.OUTSOURCED_AGENCY_BREACH: ("委外机构违规", "Agency breach"),
    ComplaintType.OTHER: ("其他投诉", "Other complaint"),
}
PRODUCT_LONGEST = 40  # characters of a product's name in a title


def title(complaint_type: str, channel: str, product: str | None) -> dict[str, str]:
    """An incident's title: kind, product and channel, and nothing about the customer."""
    kind_zh, kind_en = TYPES[ComplaintType(complaint_type)]
    zh, en = CHANNELS[Channel(channel)]
    what = f" · {product[:PRODUCT_LONGEST]}" if product else ""
    return {"zh": f"{kind_zh}{what} · {zh}", "en": f"{kind_en}{what} · {en}"}


def plan_default(complaint_type: str, level: int) -> dict[str, str]:
    """Why the plan's default level holds."""
    zh, en = TYPES[ComplaintType(complaint_type)]
    numeral = Level(level).numeral
    return {"zh": f"“{zh}”预案从{numeral}级起", "en": f"The plan “{en}” starts at level {numeral}"}


IMPACTS: dict[str, tuple[str, str]] = {
    "customer": ("客户", "the customer"),
    "reputation": ("声誉", "reputation"),
    "business": ("业务", "business"),
    "credit_record": ("征信", "the credit record"),
}


def of_impact(impact: str, value: int, axis_zh: str, axis_en: str) -> dict[str, str]:
    """Why an axis has so many points: the impact that counts on it."""
    zh, en = IMPACTS[impact]
    return {
        "zh": f"{zh}影响 {value}：计入“{axis_zh}”",
        "en": f"impact on {en} {value}: counts as {axis_en}",
    }


def search_text(*words: str) -> str:
    """What the board's search looks through: lower case, one line."""
    return " ".join(words).lower()


def nonce() -> str:
    """A placeholder that is never equal to another, until the number is given."""
    return secrets.token_hex(8)
