"""Crowds: many customers who complain of one cause in nearly the same words."""

from datetime import datetime
from typing import Any

from incident.intake import receive
from tests import builders

WORDS = (
    "催收人员多次致电本人单位，言语不当，要求停止。"
    "他们还把我的欠款情况告诉了同事，严重影响工作，第{number}次反映。"
)
UNLIKE = (
    "昨天有人上门张贴催收函，邻居全都看到了，我要求道歉并撤下。",
    "对方半夜十二点还在打电话，孩子被吵醒，完全无法休息。",
    "短信里威胁要把我的照片发到网上，我已经截图保存证据。",
    "外包人员自称法院工作人员，说今天不还钱就立案拘留我。",
    "我已按约定每月还款，可是机构坚持要求一次结清剩余全部欠款。",
    "他们联系了我的前同事和大学老师，四处打听我的住址。",
)


def said(number: int) -> str:
    """What a customer says, each in slightly other words."""
    tail = ("请尽快处理。", "希望尽快处理。", "请马上处理一下。", "盼复。")[number % 4]
    return WORDS.format(number=number) + tail


def somebody(number: int) -> dict[str, Any]:
    """Another customer than all others."""
    return {"customer": {"name": f"客户{number}", "phone": f"139{number:08d}"}}


def arrive(
    count: int, *, start: int = 0, at: datetime = builders.NOW, **given: Any
) -> list[receive.Received]:
    """So many complaints of one cause, one after the other, each escalated unless said otherwise."""
    usual = {"summary": None, "received_at": at.isoformat()}
    return [
        builders.a_complaint(at=at, **{**usual, **somebody(number), "narrative": said(number), **given})
        for number in range(start, start + count)
    ]
