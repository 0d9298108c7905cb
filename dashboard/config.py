"""Every setting of an installation: name, type, default, unit and one sentence.

They come from the environment (prefix `SETU_`) or from `setu.toml` in the data folder; the environment wins.
"""

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

PROJECT_DIR = Path(__file__).resolve().parent.parent
SHIPPED_DATA_DIR = PROJECT_DIR / "data"


def _data_dir() -> Path:
    return Path(os.environ.get("SETU_DATA_DIR", SHIPPED_DATA_DIR / "local"))


class Settings(BaseSettings):
    """The settings of one installation; unknown names in the file are refused by name."""

    model_config = SettingsConfigDict(env_prefix="SETU_", extra="ignore", frozen=True)

    data_dir: Path = Field(
        default_factory=_data_dir, description="Folder that holds all that this installation owns."
    )
    port: int = Field(8501, description="TCP port of the application.")
    address: str = Field("127.0.0.1", description="Address the application listens on.")
    public_url: str = Field(
        "", description="Address under which Meta reaches the webhook; empty: http://127.0.0.1:PORT."
    )

    memory_limit: str = Field("6GB", description="Memory DuckDB may use.")
    threads: int = Field(2, description="Threads DuckDB may use.")

    graph_url: str = Field(
        "", description="Address of the WhatsApp Cloud API; empty: the sandbox on this machine."
    )
    graph_version: str = Field("v23.0", description="Version of the Graph API.")
    whatsapp_token: str = Field("", description="Bearer token of the WhatsApp account.", repr=False)
    phone_number_id: str = Field("", description="Identifier of the sending phone number.")
    waba_id: str = Field("", description="Identifier of the WhatsApp Business account.")
    app_secret: str = Field("", description="Secret with which webhooks are signed.", repr=False)
    verify_token: str = Field("", description="Word that the webhook handshake must bring.", repr=False)
    sandbox_port: int = Field(8502, description="TCP port of the sandbox.")

    webhook_days: int = Field(
        30, ge=8, description="Days that webhooks are kept as they came, to be applied once more."
    )
    rate_per_second: float = Field(
        80.0, gt=0, description="Messages a second that may be sent from the number."
    )
    daily_limit: int = Field(
        100_000,
        ge=1,
        description="Different people in a rolling 24 hours (messaging limit of the portfolio).",
    )
    send_batch: int = Field(200, ge=1, description="Messages claimed in one commit.")
    phone_check_seconds: float = Field(
        900.0, ge=10, description="Seconds between two looks at the sending number's quality."
    )
    request_timeout_seconds: float = Field(
        20.0, gt=0, description="Seconds after which an unanswered call is in doubt."
    )
    max_attempts: int = Field(
        5, ge=1, description="Attempts at a message that the provider refused for a passing reason."
    )
    quiet_hours: str = Field(
        "auto",
        pattern=r"^(auto|([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)?$",
        description="Hours (Asia/Kolkata) in which only outage and safety notices go out; auto: 21:00-08:00, "
        "none where the messages reach nobody (sandbox, or a stand-in on this machine); empty: none.",
    )
    breaker_first_rows: int = Field(
        10, ge=1, description="First messages of a notice that, failing alike, pause it."
    )
    breaker_failures: int = Field(
        10, ge=1, description="Failures that a notice may have before their share is looked at."
    )
    breaker_share: float = Field(
        0.1, gt=0, le=1, description="Share of failures above which a notice pauses, 0 to 1."
    )
    template_pause_hours: float = Field(
        3.0, gt=0, description="Hours after which a notice goes on whose template Meta has paused."
    )
    doubt_grace_hours: float = Field(
        24.0, ge=0, description="Hours for which WhatsApp's reports may settle a doubt before a person does."
    )
    approval_hours: float = Field(
        48.0, gt=0, description="Hours after which an approval, given or waited for, is void."
    )
    shared_threshold: int = Field(
        6, ge=1, description="A number on more accounts than this is shared and thus unusable."
    )
    inbox_quiet_seconds: float = Field(
        60.0,
        ge=0,
        description="Seconds for which files in the drop folder must stand still before they are imported.",
    )
    brief_hour: int = Field(
        7,
        ge=0,
        le=24,
        description="Hour (Asia/Kolkata) from which the day's briefs are printed; 24: never by themselves.",
    )
    brief_days: int = Field(14, ge=1, description="Days that printed briefs are kept.")
    upload_limit_mb: int = Field(500, ge=1, description="Megabytes one uploaded file may have.")
    lock_after_failures: int = Field(5, ge=1, description="Wrong passwords after which an account is locked.")
    lock_minutes: int = Field(15, ge=1, description="Minutes that a locked account stays locked.")
    session_hours: float = Field(10.0, gt=0, le=12, description="Hours after which one must sign in again.")

    @property
    def database_path(self) -> Path:
        return self.data_dir / "setu.duckdb"

    @property
    def uses_sandbox(self) -> bool:
        return not self.graph_url

    @property
    def webhook_url(self) -> str:
        return (self.public_url or f"http://127.0.0.1:{self.port}").rstrip("/") + "/webhooks/whatsapp"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        toml = TomlConfigSettingsSource(settings_cls, toml_file=_data_dir() / "setu.toml")
        return init_settings, env_settings, toml
