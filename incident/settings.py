"""Every setting of the service: name, default and help in one place; nothing else reads the environment."""

import contextlib
import secrets
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from cryptography.fernet import Fernet
from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from incident import setting_values

ROOT = Path(__file__).resolve().parent.parent
SLACK_API = "https://slack.com/api/"
REACTION_ACTS = ("timeline", "task", "evidence")
SANDBOX_TOKEN = "xoxb-sandbox"  # noqa: S105 - known and harmless, refused outside the sandbox
SANDBOX_SIGNING_SECRET = "sandbox-signing-secret"  # noqa: S105 - the same


class SettingsError(Exception):
    """Wrong settings; the text lists every fault at once, one a line."""


class Settings(BaseSettings):
    """Read from the environment and `.env`; `Settings.load()` reports every fault at once."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    app_env: Literal["development", "production", "test"] = Field(
        "development", description="`production` refuses unsafe defaults."
    )
    var_dir: Path = Field(
        ROOT / "var", description="Where the embedded database and made-up secrets are kept."
    )
    playbooks_dir: Path = Field(
        ROOT / "playbooks", description="Plans, departments, levels, triage and rules."
    )
    host: str = Field("127.0.0.1", description="Address `flask serve` listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port `flask serve` listens on.")
    threads: int = Field(16, ge=2, le=256, description="Request threads of `flask serve`.")
    database_url: str = Field("", description="SQLAlchemy URL; empty means SQLite under VAR_DIR.")
    secret_key: SecretStr = Field(SecretStr(""), description="Signs sessions; made under VAR_DIR when empty.")
    data_keys: Annotated[list[SecretStr], NoDecode] = Field(
        default_factory=list,
        description="Comma-separated Fernet keys for personal data; the first encrypts, all decrypt.",
    )
    base_url: Annotated[str, AfterValidator(setting_values.http)] = Field(
        "", description="Address people reach the service at; default from HOST and PORT."
    )
    timezone: str = Field("Asia/Shanghai", description="The organisation's time zone (IANA name).")
    default_locale: Literal["zh_CN", "en"] = Field("zh_CN", description="Language where a reader chose none.")
    rule_set: Literal["cn", "us", "uk", "eu"] = Field("cn", description="Jurisdiction whose rules apply.")
    slack_bot_token: SecretStr = Field(
        SecretStr(""), description="`xoxb-…`; empty means the built-in sandbox."
    )
    slack_signing_secret: SecretStr = Field(
        SecretStr(""), description="Proves that requests come from Slack."
    )
    slack_app_token: SecretStr = Field(SecretStr(""), description="`xapp-…`, for Socket Mode.")
    slack_api_url: Annotated[str, AfterValidator(setting_values.http)] = Field(
        "", description="Web API address, ending in a slash; the sandbox sets it."
    )
    slack_response_channel: str = Field(
        "incident-response", description="Name or id of the channel where new incidents are announced."
    )
    slack_personal_data: Literal["never", "masked"] = Field(
        "never", description="Whether masked personal data may appear in Slack."
    )
    slack_reactions: str = Field(
        "pushpin=timeline,white_check_mark=task",
        description="What an emoji on a message of an incident's channel does: timeline, task or evidence.",
    )
    slack_timeout_seconds: float = Field(10.0, gt=0, le=30, description="Longest wait for one Slack answer.")
    slack_archive_after_days: int = Field(
        7, ge=0, le=365, description="Days after its end that an incident's channel is archived; 0: never."
    )
    slack_rate_limits: bool = Field(True, description="Whether the sandbox keeps Slack's rate limits.")
    fallback_urls: Annotated[list[SecretStr], NoDecode, AfterValidator(setting_values.apprise)] = Field(
        default_factory=list, description="Comma-separated Apprise URLs used when Slack cannot deliver."
    )
    fallback_after_seconds: int = Field(
        120, ge=1, description="An alert not delivered for this long goes out by FALLBACK_URLS."
    )
    report_urls: Annotated[list[SecretStr], NoDecode, AfterValidator(setting_values.apprise)] = Field(
        default_factory=list,
        description="Comma-separated Apprise URLs (mailto://…) that the executive report is sent to.",
    )
    mail_url: Annotated[SecretStr, AfterValidator(setting_values.apprise)] = Field(
        SecretStr(""),
        description="Apprise URL of a mailbox (mailtos://user:password@host) that invitations are sent from.",
    )
    delivery_senders: int = Field(4, ge=1, le=32, description="Outbox sender threads in one process.")
    oidc_issuer: Annotated[str, AfterValidator(setting_values.http)] = Field(
        "", description="OpenID Connect issuer (https://…): people sign in with the organisation's accounts."
    )
    oidc_client_id: str = Field("", description="The name that the issuer knows this service by.")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="Its secret there.")
    ratelimit_storage_uri: Annotated[str, AfterValidator(setting_values.storage)] = Field(
        "memory://", description="Where request rates are counted."
    )
    api_rate_limit: Annotated[str, AfterValidator(setting_values.rate)] = Field(
        "60000/minute", description="Requests a token may make, like 100/second."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level logged.")
    log_format: Literal["console", "json"] = Field("console", description="How log lines look.")

    @field_validator("data_keys", "fallback_urls", "report_urls", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as fault:
            raise ValueError(f"no such time zone: {value!r}; use an IANA name like Asia/Shanghai") from fault
        return value

    @field_validator("data_keys")
    @classmethod
    def _fernet(cls, value: list[SecretStr]) -> list[SecretStr]:
        for position, key in enumerate(value, start=1):
            try:
                Fernet(key.get_secret_value())
            except ValueError as fault:
                raise ValueError(f"key {position} is not a Fernet key (32 bytes, url-safe base64)") from fault
        return value

    @field_validator("slack_reactions")
    @classmethod
    def _reactions(cls, value: str) -> str:
        for part in filter(None, (each.strip() for each in value.split(","))):
            name, _, act = part.partition("=")
            if not name.strip() or act.strip() not in REACTION_ACTS:
                raise ValueError(f"cannot be read: {part!r}; write it like pushpin=timeline")
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _slash(cls, value: str) -> str:
        if value and not value.endswith("/"):
            raise ValueError("must end in a slash, like https://slack.com/api/")
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("use sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME")
        return value

    @model_validator(mode="after")
    def _together(self) -> "Settings":
        faults = self._slack_faults() + self._oidc_faults()
        faults += self._production_faults() if self.app_env == "production" else []
        if faults:
            raise ValueError("\n".join(faults))
        return self

    def _slack_faults(self) -> list[str]:
        token, secret = self.slack_bot_token.get_secret_value(), self.slack_signing_secret.get_secret_value()
        faults = []
        if bool(token) != bool(secret) and not self.slack_app_token.get_secret_value():
            faults.append("SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET must be set together")
        if token == SANDBOX_TOKEN or secret == SANDBOX_SIGNING_SECRET:
            faults.append("the sandbox's own token and signing secret are refused as settings")
        return faults

    def _oidc_faults(self) -> list[str]:
        given = [self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret.get_secret_value()]
        together = "OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET must be set together"
        return [together] if any(given) and not all(given) else []

    def _production_faults(self) -> list[str]:
        needed = {
            "SECRET_KEY (at least 32 characters)": len(self.secret_key.get_secret_value()) >= 32,
            "DATA_KEYS": bool(self.data_keys),
            "BASE_URL (https)": self.base_url.startswith("https://"),
            "OIDC_ISSUER (https)": not self.oidc_issuer or self.oidc_issuer.startswith("https://"),
            "SLACK_BOT_TOKEN: anybody can act as anybody in the sandbox": not self.sandboxed,
        }
        return [f"production needs {name}" for name, there in needed.items() if not there]

    @classmethod
    def load(cls, **given: Any) -> "Settings":
        """Read, check and complete the settings.

        Raises SettingsError with every fault, one a line. Makes VAR_DIR and the secrets kept in it.
        """
        try:
            found = cls(**given)
        except ValidationError as fault:
            raise SettingsError("\n".join(cls._lines(fault, given))) from None
        found.var_dir.mkdir(parents=True, exist_ok=True)
        return found

    @classmethod
    def _lines(cls, fault: ValidationError, given: dict[str, Any]) -> list[str]:
        """Every fault on a line. What settings must be together is only checked where each is sound, so it
        is asked again with the wrong ones left at their defaults."""
        wrong = {str(each["loc"][0]) for each in fault.errors() if each["loc"]}
        found = [
            (".".join(str(part) for part in each["loc"]).upper() or "SETTINGS", line)
            for each in fault.errors()
            for line in each["msg"].removeprefix("Value error, ").splitlines()
        ]
        lines = [f"{name}: {line}" for name, line in found]
        if wrong:
            sound = {name: cls.model_fields[name].get_default(call_default_factory=True) for name in wrong}
            try:
                cls(**given | sound)
            except ValidationError as together:
                named = tuple(name.upper() for name in wrong)
                lines += [
                    line
                    for line in cls._lines(together, given)
                    if not any(name in line for name in named)  # of these the first fault says enough
                ]
        return lines

    @cached_property
    def sandboxed(self) -> bool:
        """True where no Slack token is set: the built-in sandbox is the workspace."""
        return not self.slack_bot_token.get_secret_value()

    @cached_property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{self.var_dir / 'incident.db'}"

    @property
    def evidence_dir(self) -> Path:
        """Where the files of evidence are kept, each under its hash; no page is served from there."""
        return self.var_dir / "evidence"

    @cached_property
    def reactions(self) -> dict[str, str]:
        """emoji → what it does to the message it is put on."""
        parts = (each.partition("=") for each in self.slack_reactions.split(",") if each.strip())
        return {name.strip().strip(":"): act.strip() for name, _, act in parts}

    @cached_property
    def url(self) -> str:
        """The address people reach the service at, without a trailing slash."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")

    @cached_property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return ZoneInfo(self.timezone)

    @cached_property
    def session_key(self) -> str:
        """SECRET_KEY, or the one kept under VAR_DIR."""
        given = self.secret_key.get_secret_value()
        return given or self._kept("secret_key", lambda: secrets.token_urlsafe(48))

    @cached_property
    def personal_data_keys(self) -> list[str]:
        """DATA_KEYS, or the one kept under VAR_DIR."""
        given = [key.get_secret_value() for key in self.data_keys]
        return given or [self._kept("data_key", lambda: Fernet.generate_key().decode())]

    @cached_property
    def slack_token(self) -> str:
        """The bot token in force."""
        return self.slack_bot_token.get_secret_value() or SANDBOX_TOKEN

    @cached_property
    def signing_secret(self) -> str:
        """The signing secret in force."""
        given = self.slack_signing_secret.get_secret_value()
        return given or (SANDBOX_SIGNING_SECRET if self.sandboxed else "")

    @cached_property
    def slack_api(self) -> str:
        """The Web API address in force; the sandbox answers on this very server."""
        sandbox = f"http://{self.host}:{self.port}/sandbox/api/"
        return self.slack_api_url or (sandbox if self.sandboxed else SLACK_API)

    def _kept(self, name: str, make: Any) -> str:
        """A secret kept in a file; made once, also when two processes start together."""
        path = self.var_dir / name
        if not path.exists():
            with tempfile.NamedTemporaryFile("w", dir=self.var_dir, encoding="ascii", delete=False) as draft:
                draft.write(make())
            # linking fails where another process was first, and a half-written key is never read
            with contextlib.suppress(FileExistsError):
                Path(path).hardlink_to(draft.name)
            Path(draft.name).unlink()
        return path.read_text(encoding="ascii").strip()
