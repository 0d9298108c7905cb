"""The WhatsApp account that an installation sends from, and the secrets of the sandbox's account."""

from dashboard.config import Settings
from dashboard.delivery.credentials import Account
from dashboard.store.database import Database
from dashboard.store.facts import keep_secret, read_fact

_SANDBOX_PHONE_NUMBER_ID = "100000000000001"
_SANDBOX_WABA_ID = "200000000000001"
_SECRET_BYTES = 24


def account_of(db: Database, settings: Settings) -> Account:
    """Return the account of an installation. Raises Refused("demo_loopback_only")."""
    with db.read() as cursor:
        is_demo = read_fact(cursor, "is_demo") == "1"
    return Account(
        graph_url=settings.graph_url or f"http://127.0.0.1:{settings.sandbox_port}",
        version=settings.graph_version,
        token=settings.whatsapp_token,
        phone_number_id=settings.phone_number_id,
        waba_id=settings.waba_id,
        timeout_seconds=settings.request_timeout_seconds,
        loopback_only=is_demo,
    )


def complete_settings(db: Database, settings: Settings) -> Settings:
    """Return the settings with the sandbox's account filled in where no real account is configured.

    Its secrets are made once and kept, so that application and sandbox find each other again after a restart.
    """
    if not settings.uses_sandbox:
        return settings
    names = ("whatsapp_token", "app_secret", "verify_token")
    made = {name: getattr(settings, name) or _keep_secret(db, f"sandbox_{name}") for name in names}
    made["phone_number_id"] = settings.phone_number_id or _SANDBOX_PHONE_NUMBER_ID
    made["waba_id"] = settings.waba_id or _SANDBOX_WABA_ID
    return settings.model_copy(update=made)


def _keep_secret(db: Database, name: str) -> str:
    return db.write(lambda cursor: keep_secret(cursor, name, _SECRET_BYTES), alters_pages=False)
