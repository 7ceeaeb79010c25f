"""The demo people: made up, one or two for each department, known to the sandbox by the same Slack ids."""

from dataclasses import dataclass

PASSWORD = "demo-password"  # noqa: S105 - printed on the console; the demo exists in the sandbox only


@dataclass(frozen=True)
class DemoPerson:
    """Somebody to be in the tour."""

    email: str
    name: str
    role: str
    department: str
    slack_id: str
    locale: str = "zh_CN"
    group_head: bool = False

    @property
    def slack_locale(self) -> str:
        """The locale as Slack writes it."""
        return "zh-CN" if self.locale == "zh_CN" else "en-US"


PEOPLE = (
    DemoPerson("admin@demo.example", "管理员 周", "admin", "IT", "U0DEMO00A"),
    DemoPerson("zhao@demo.example", "赵敏", "commander", "CPO", "U0DEMO001", group_head=True),
    DemoPerson("wang@demo.example", "王磊", "commander", "COM", "U0DEMO002"),
    DemoPerson("li@demo.example", "李娜", "responder", "CS", "U0DEMO003"),
    DemoPerson("chen@demo.example", "陈刚", "responder", "COL", "U0DEMO004"),
    DemoPerson("smith@demo.example", "Anna Smith", "responder", "COM", "U0DEMO005", "en"),
    DemoPerson("liu@demo.example", "刘洋", "responder", "OPS", "U0DEMO006"),
    DemoPerson("sun@demo.example", "孙丽", "responder", "DPO", "U0DEMO007"),
    DemoPerson("huang@demo.example", "黄涛", "responder", "BR", "U0DEMO008"),
    DemoPerson("wu@demo.example", "吴静", "responder", "PR", "U0DEMO009"),
    DemoPerson("zheng@demo.example", "郑强", "responder", "SEC", "U0DEMO010"),
    DemoPerson("feng@demo.example", "冯雪", "responder", "LEG", "U0DEMO011"),
    DemoPerson("brown@demo.example", "James Brown", "responder", "RSK", "U0DEMO012", "en"),
    DemoPerson("jiang@demo.example", "蒋峰", "responder", "IT", "U0DEMO013"),
    DemoPerson("he@demo.example", "何莉", "responder", "OUT", "U0DEMO014"),
    DemoPerson("yang@demo.example", "杨帆", "manager", "EXE", "U0DEMO015", group_head=True),
    DemoPerson("lin@demo.example", "林芳", "trainer", "TRN", "U0DEMO016"),
    DemoPerson("gao@demo.example", "高山", "responder", "HR", "U0DEMO017"),
    DemoPerson("tang@demo.example", "唐宁", "auditor", "AUD", "U0DEMO018"),
    # Large amounts take two people without a limit; accountability is kept by a manager of supervision.
    DemoPerson("qin@demo.example", "秦岚", "manager", "EXE", "U0DEMO019"),
    DemoPerson("shen@demo.example", "沈毅", "manager", "HR", "U0DEMO020"),
)
# department → (first, backup) on duty around the clock in the demo
ROSTER: dict[str, tuple[str, str | None]] = {
    "CPO": ("zhao@demo.example", "wang@demo.example"),
    "COM": ("wang@demo.example", "smith@demo.example"),
    "CS": ("li@demo.example", "gao@demo.example"),
    "COL": ("chen@demo.example", None),
    "OPS": ("liu@demo.example", "jiang@demo.example"),
    "DPO": ("sun@demo.example", None),
    "BR": ("huang@demo.example", "zheng@demo.example"),
    "PR": ("wu@demo.example", None),
    "SEC": ("zheng@demo.example", None),
    "LEG": ("feng@demo.example", None),
    "RSK": ("brown@demo.example", None),
    "IT": ("jiang@demo.example", None),
    "OUT": ("he@demo.example", None),
    "EXE": ("yang@demo.example", "zhao@demo.example"),
    "TRN": ("lin@demo.example", None),
    "HR": ("gao@demo.example", None),
    "AUD": ("tang@demo.example", None),
}
