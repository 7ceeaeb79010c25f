"""The words that files are written in: keys, durations, texts in both languages, and no unknown field."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from incident import durations


def _duration(text: str) -> str:
    durations.parse(text)
    return text


Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,48}$")]
DepartmentCode = Annotated[str, Field(pattern=r"^[A-Z]{2,4}$")]
DurationText = Annotated[str, AfterValidator(_duration)]
Confidence = Literal["V", "V2", "U", "P"]
Jurisdiction = Literal["cn", "us", "uk", "eu"]
Proof = Literal["filing", "document", "statement"]


class Strict(BaseModel):
    """No unknown key passes: a misspelt one is a fault of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Text(Strict):
    """The same words in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def __getitem__(self, locale: str) -> str:
        """The text for a locale such as `zh_CN`, `zh` or `en`."""
        return self.zh if locale.startswith("zh") else self.en
