"""Column maps: how the columns and words of somebody else's export become the fields of a complaint."""

import tomllib
from collections.abc import Sequence
from datetime import datetime
from datetime import time as TimeOfDay
from functools import cached_property
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from incident import errors
from incident.errors import N_, Reason
from incident.intake.body import Account, ComplaintBody, Customer

NESTED: dict[str, type[BaseModel]] = {"customer": Customer, "account": Account}
FIELDS = frozenset(
    [name for name in ComplaintBody.model_fields if name not in NESTED]
    + [f"{group}.{name}" for group, model in NESTED.items() for name in model.model_fields]
)
NEEDED = ("source_ref", "received_at", "channel", "narrative")
LISTED = "signals"  # the one field that holds several words; in a cell they stand apart by ; , | or space


class Dates(BaseModel):
    """How the export writes times: shapes of `strptime`, the time of day and the zone where it has none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: list[str] = Field(default_factory=list)
    time: TimeOfDay = TimeOfDay(0)
    zone: str = "UTC"

    @field_validator("format", mode="before")
    @classmethod
    def _one_or_more(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("zone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"no such time zone: {value!r}; use an IANA name") from None
        return value

    def moment(self, text: str) -> datetime | None:
        """A time with its zone; None where the text has none of the shapes."""
        for shape in self.format:
            try:
                found = datetime.strptime(text, shape)  # noqa: DTZ007 - the zone comes next
            except ValueError:
                continue
            if found.tzinfo is not None:
                return found
            if "%H" not in shape and "%I" not in shape:
                found = datetime.combine(found.date(), self.time)
            return found.replace(tzinfo=ZoneInfo(self.zone))
        return None


class ColumnMap(BaseModel):
    """A column map as it stands in its file; keys are our fields, dotted below customer and account."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: dict[str, list[str]]
    constants: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    dates: Dates = Dates()

    @field_validator("columns", mode="before")
    @classmethod
    def _one_or_more(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {ours: [theirs] if isinstance(theirs, str) else theirs for ours, theirs in value.items()}

    @model_validator(mode="after")
    def _known(self) -> Self:
        named = {*self.columns, *self.constants, *self.values}
        strangers = sorted(named - FIELDS)
        if strangers:
            raise ValueError(f"no field of a complaint: {', '.join(strangers)}")
        lacking = [name for name in NEEDED if name not in {*self.columns, *self.constants}]
        if lacking:
            raise ValueError(f"columns or constants must give: {', '.join(lacking)}")
        return self

    @cached_property
    def folded(self) -> dict[str, dict[str, str]]:
        """The value tables with their words in lower case."""
        return {
            field: {theirs.strip().casefold(): ours for theirs, ours in table.items()}
            for field, table in self.values.items()
        }


def load(path: Path) -> ColumnMap:
    """Read a map; raises NotFound and Invalid, naming each fault's place."""
    try:
        return ColumnMap.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise errors.NotFound(N_("There is no file %(file)s."), file=path.name) from None
    except (OSError, ValueError) as fault:
        reasons = _reasons(fault)
        raise errors.Invalid(
            N_("The column map %(file)s is not valid."), file=path.name, reasons=reasons
        ) from None


def _reasons(fault: Exception) -> list[Reason]:
    if isinstance(fault, ValidationError):
        return [
            Reason("%(what)s", {"what": each["msg"].removeprefix("Value error, ")}, tuple(each["loc"]))
            for each in fault.errors()
        ]
    return [Reason("%(what)s", {"what": str(fault)})]


def own() -> ColumnMap:
    """The map of a file whose columns are named like our fields."""
    return ColumnMap(columns={name: [name] for name in FIELDS})


class Reader:
    """Turns the rows of one file into complaints by a map."""

    def __init__(self, plan: ColumnMap, header: Sequence[str], *, strict: bool) -> None:
        """Find the columns; raises Invalid where a needed one is missing and, if `strict`, for a stranger."""
        self._plan, self.strict = plan, strict
        self._columns = {
            ours: next((name for name in theirs if name in header), None)
            for ours, theirs in plan.columns.items()
        }
        faults = [
            Reason(
                N_("The first line names no column %(column)s."),
                {"column": " / ".join(plan.columns[ours])},
                (ours,),
            )
            for ours in NEEDED
            if ours not in plan.constants and self._columns.get(ours) is None
        ]
        if strict:
            known = set(self._columns.values())
            faults += [
                Reason(N_("The column %(column)s is no field of a complaint."), {"column": name[:60]})
                for name in header
                if name and name not in known
            ]
        if faults:
            raise errors.Invalid(N_("The columns of the file do not fit."), reasons=faults)

    @property
    def absent(self) -> list[str]:
        """Our fields that the map names and the file has no column for."""
        return sorted(ours for ours, theirs in self._columns.items() if theirs is None)

    def reference(self, row: dict[str, str]) -> str:
        """What the sender calls a row; empty where the reference is no column."""
        return row.get(self._columns.get("source_ref") or "", "").strip()

    def body(self, row: dict[str, str]) -> dict[str, Any]:
        """A row as the body of a complaint, not checked yet; empty cells are left out.

        Raises Invalid for a time that has none of the map's shapes.
        """
        found: dict[str, Any] = {}
        cells = {ours: row[theirs] for ours, theirs in self._columns.items() if theirs is not None}
        for ours, text in {**cells, **self._plan.constants}.items():
            value = self._value(ours, text.strip())
            if value in ("", []):
                continue
            group, _, name = ours.rpartition(".")
            (found.setdefault(group, {}) if group else found)[name] = value
        return found

    def _value(self, ours: str, text: str) -> Any:
        table = self._plan.folded.get(ours, {})
        if ours == LISTED:
            words = text.translate(str.maketrans(";,|", "   ")).split()
            return [table.get(word.casefold(), word) for word in words]
        text = table.get(text.casefold(), text)
        if ours == "received_at" and self._plan.dates.format:
            moment = self._plan.dates.moment(text)
            if moment is None:
                message = N_("The time has not the form %(form)s.")
                raise errors.Invalid(
                    N_("The complaint is not valid."),
                    reasons=[
                        Reason(message, {"form": " / ".join(self._plan.dates.format)}, ("received_at",))
                    ],
                )
            return moment.isoformat()
        return text
