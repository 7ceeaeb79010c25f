"""The words of `/incident` as a table: each with its Chinese aliases, an example and its help."""

from dataclasses import dataclass

from incident.errors import N_

COMMAND = "/incident"
COMMAND_HELP = "Open, find and work on incidents · 应急事件"  # one text for everybody, in the manifest


@dataclass(frozen=True)
class Word:
    """One word of the command: its Chinese aliases, what may follow it as an example, and what it does."""

    name: str
    zh: tuple[str, ...]
    example: str
    zh_example: str
    help: str
    scopes: tuple[str, ...] = ("commands",)

    def usage(self, locale: str) -> str:
        """How it is typed, in the reader's language."""
        chinese = locale.startswith("zh")
        typed = (self.zh[0], self.zh_example) if chinese else (self.name, self.example)
        return " ".join((COMMAND, *typed)).rstrip()


WORDS: dict[str, Word] = {
    each.name: each
    for each in (
        Word(
            "open",
            ("上报", "开启", "新建"),
            "[what happened]",
            "[发生了什么]",
            N_("Declare an incident: a form opens; words after it fill in what happened."),
        ),
        Word(
            "list",
            ("列表", "清单"),
            "[mine]",
            "[我的]",
            N_("List the open incidents, gravest first; `mine` lists those you work on."),
        ),
        Word("show", ("查看", "详情"), "[42]", "[42]", N_("Show the card of an incident.")),
        Word(
            "ack",
            ("认领", "响应"),
            "[42]",
            "[42]",
            N_("Acknowledge an incident: you take it on, and the alert goes to nobody else."),
        ),
        Word(
            "stage",
            ("步骤", "阶段", "推进"),
            "[42] verify",
            "[42] 核实",
            N_("Move an incident to another of the six steps; going back needs a reason after the step."),
        ),
        Word(
            "level",
            ("级别", "定级", "等级"),
            "[42] 2 reason",
            "[42] 2 原因",
            N_("Change the level, 1 (gravest) to 4, with the reason; alone, a form opens."),
        ),
        Word(
            "task",
            ("任务", "待办"),
            "[42] done 3",
            "[42] 完成 3",
            N_(
                "The tasks of an incident: `list`, `doing N`, `done N`, `block N reason`, `give N @who`, "
                "`due N tomorrow 9:00`, `add title | @who | 2h`."
            ),
        ),
        Word(
            "role",
            ("角色", "职责"),
            "[42] give scribe @who",
            "[42] 移交 记录员 @某人",
            N_(
                "Who has which role; `take scribe` takes one, `give scribe @who note` hands it over, "
                "`accept` and `decline reason` answer."
            ),
        ),
        Word(
            "dept",
            ("部门",),
            "[42] [COM] accept | block … | sign-off …",
            "[42] [COM] 签收 | 受阻 … | 签结 …",
            N_(
                "Show the departments of an incident, or act on one (yours unless you name another): accept, "
                "report, block, unblock, sign-off, stand-down, call."
            ),
        ),
        Word(
            "note",
            ("记录", "备注"),
            "[42] called back, no answer",
            "[42] 已回电，无人接听",
            N_("Write a note on the timeline of an incident."),
        ),
        Word(
            "update",
            ("进展", "更新"),
            "[42] situation | actions | needs",
            "[42] 情况 | 措施 | 需要",
            N_("Give an update: situation | actions | needs; with nothing after it, read the last one."),
        ),
        Word(
            "contact",
            ("联系",),
            "[42] may|plan|log […]",
            "[42] 可否|计划|登记 […]",
            N_(
                "Contact with the customer: `may [way]` says whether one may call now, `plan [way] [2h]` "
                "plans it, `log [way] [no_answer] text` writes it down."
            ),
        ),
        Word(
            "plan",
            ("预案",),
            "[42] | fee_dispute",
            "[42] | 费用异议",
            N_("The emergency plan of an incident or of a kind of complaint: steps, departments, don'ts."),
        ),
        Word(
            "page",
            ("呼叫", "催办"),
            "[42] @who | COM",
            "[42] @某人 | COM",
            N_("Alert somebody, or whoever is on duty for a department, at once by direct message."),
        ),
        Word(
            "link",
            ("关联",),
            "[42] 43 same agency",
            "[42] 43 同一委外机构",
            N_("Say that two incidents belong together, and why; alone, list the links."),
        ),
        Word(
            "evidence",
            ("证据", "存证"),
            "[42] https://… | what was said",
            "[42] https://… | 陈述内容",
            N_(
                "List the evidence, or add an address or a statement; for a file use the message's menu "
                "“Log as evidence”."
            ),
        ),
        Word(
            "finding",
            ("结论", "认定"),
            "[42] upheld reasons",
            "[42] 属实 理由",
            N_(
                "What the inquiry found: upheld, partly, not_upheld or unverifiable, with the reasons; "
                "alone, read it."
            ),
        ),
        Word(
            "approve",
            ("审批", "批准"),
            "[42]",
            "[42]",
            N_("Decide on an option that waits for approval: a form opens."),
        ),
        Word(
            "close",
            ("结案", "关闭"),
            "[42] plan agreed, customer content",
            "[42] 已达成方案，客户满意",
            N_("Close an incident with a sentence on how it ended; what is missing is listed."),
        ),
        Word(
            "review",
            ("复盘",),
            "[42]",
            "[42]",
            N_("The post-mortems ahead, or that of an incident: when, by whom, and the page."),
        ),
        Word(
            "drill",
            ("演练",),
            "[list]",
            "[列表]",
            N_("The drills that run and those ahead, as far as you may know of them."),
        ),
        Word(
            "duty",
            ("值班",),
            "[COM] | mine",
            "[COM] | 我的",
            N_("Who is on duty now, for a department or all; `mine` lists your own shifts."),
        ),
        Word(
            "help",
            ("帮助", "菜单"),
            "[ack]",
            "[认领]",
            N_("List the words, or explain one with an example."),
        ),
    )
}
