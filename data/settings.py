"""Every setting of the product, in one typed table, read from the environment.

A setting named NAME may also be given as NAME_FILE, the path of a file that holds its value: the way secrets arrive in
containers. docs/settings.md is this table for people; a test holds the two together.
"""

import os
import secrets
import socket
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import available_timezones

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PROJECT_DIR = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """A setting that can't be used; the message names it, its value and what would be right."""


def _setting(default: Any, description: str, right: str, **rules: Any) -> Any:
    return Field(default=default, description=description, json_schema_extra={"right": right}, **rules)


def _key(description: str, pattern: str = "") -> Any:
    """A secret of a payment provider's: never shown."""
    rules = {"pattern": pattern} if pattern else {}
    return _setting(
        "", description, "the key itself, or the path of its file in the setting's _FILE", repr=False, **rules
    )


def _provider_url(description: str) -> Any:
    return _setting("", description, "an address such as http://127.0.0.1:9000", pattern=r"^$|^https?://[^\s]+$")


class Settings(BaseSettings):
    """The table. Field `name` is the environment variable NAME."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, case_sensitive=False)

    host: str = _setting(
        "127.0.0.1",
        "Address to listen on. `0.0.0.0` lets phones on the local network in.",
        "an address of this machine, such as 127.0.0.1 or 0.0.0.0",
        min_length=1,
    )
    port: int = _setting(8050, "Port to listen on.", "a whole number from 1 to 65535", ge=1, le=65535)
    workers: int = _setting(2, "Processes that serve.", "a whole number from 1 to 64", ge=1, le=64)
    database_url: str = _setting(
        "",
        "The store. Empty: SQLite at `DATA_DIR/forumzero.sqlite3`.",
        "sqlite:///path/to/file or postgresql://user:password@host/name",
        pattern=r"^$|^(sqlite:///.+|postgres(ql)?(\+psycopg)?://.+)$",
    )
    public_url: str = _setting(
        "",
        "How people reach this server; links, QR codes and certificates carry it. Empty: made of HOST and PORT.",
        "an address such as https://zero.example.org, without a path",
        pattern=r"^$|^https?://[^/\s?#]+/?$",
    )
    data_dir: Path = _setting(
        Path("var"), "Folder of the embedded store and of what this install makes for itself.", "a folder's path"
    )
    secret_key: str = _setting(
        "",
        "Key of cookies and demo webhooks. Empty: made once and kept in `DATA_DIR/secret_key`.",
        "32 or more random characters, or the path of their file in SECRET_KEY_FILE",
        pattern=r"^$|^.{32,}$",
        repr=False,
    )
    signing_key_file: Path | None = _setting(
        None,
        "PEM file with the Ed25519 key that signs certificates. Empty: made once as `DATA_DIR/signing_key.pem`.",
        "the path of a PEM file",
    )
    demo_payments: bool = _setting(True, "Offer the built-in demo payment provider (test money only).", "true or false")
    stripe_secret_key: str = _key("Stripe: the secret key; with STRIPE_WEBHOOK_SECRET it switches Stripe on.")
    stripe_webhook_secret: str = _key("Stripe: the signing secret of the webhook at `/webhooks/stripe`.")
    stripe_methods: str = _setting(
        "",
        "Stripe: payment methods to offer. Empty: those of the account's dashboard.",
        "names with commas, such as card,alipay,wechat_pay",
        pattern=r"^$|^[a-z_]+( *, *[a-z_]+)*$",
    )
    stripe_api_url: str = _provider_url("Stripe: another address, such as a simulator's; then it is test money.")
    alipay_app_id: str = _setting(
        "", "Alipay: the app's id; with the two keys below it switches Alipay on.", "digits", pattern=r"^[0-9]*$"
    )
    alipay_app_key: str = _key("Alipay: the app's RSA2 private key.")
    alipay_public_key: str = _key("Alipay: Alipay's public key for this app.")
    alipay_app_cert: str = _key(
        "Alipay with certificates: the app's (appCertPublicKey…); with the two below in place of ALIPAY_PUBLIC_KEY."
    )
    alipay_cert: str = _key("Alipay with certificates: Alipay's own (alipayCertPublicKey_RSA2).")
    alipay_root_cert: str = _key("Alipay with certificates: its root certificates (alipayRootCert).")
    alipay_seller_id: str = _setting(
        "", "Alipay: the seller's number; notices for another are refused.", "digits", pattern=r"^[0-9]*$"
    )
    alipay_gateway_url: str = _provider_url("Alipay: another gateway, such as its sandbox; then it is test money.")
    wechat_app_id: str = _setting(
        "",
        "WeChat Pay: the official account's app id; with the keys below it switches WeChat Pay on.",
        "such as wx0123456789abcdef",
        pattern=r"^[A-Za-z0-9]*$",
    )
    wechat_app_secret: str = _key("WeChat Pay: the app's secret, for paying in WeChat's own browser.")
    wechat_merchant_id: str = _setting("", "WeChat Pay: the merchant's number.", "digits", pattern=r"^[0-9]*$")
    wechat_merchant_serial: str = _setting(
        "", "WeChat Pay: serial number of the merchant's API certificate.", "hex digits", pattern=r"^[0-9A-Fa-f]*$"
    )
    wechat_merchant_key: str = _key("WeChat Pay: private key of that certificate.")
    wechat_api_v3_key: str = _key("WeChat Pay: the APIv3 key (32 characters).", r"^$|^.{32}$")
    wechat_public_key: str = _key("WeChat Pay: WeChat Pay's public key.")
    wechat_public_key_id: str = _setting(
        "", "WeChat Pay: the id of that public key.", "such as PUB_KEY_ID_0123…", pattern=r"^[A-Za-z0-9_]*$"
    )
    wechat_platform_certificates: bool = _setting(
        False,
        "WeChat Pay: believe its platform certificates, fetched from it; needed where there is no public key.",
        "true or false",
    )
    wechat_api_url: str = _provider_url("WeChat Pay: another address, such as a simulator's; then it is test money.")
    mail_url: str = _setting(
        "",
        "The server that sends mail. Empty: letters are written to the log and not sent.",
        "smtps://user:password@host:465, or smtp://user:password@host:587, which asks for TLS before anything else",
        pattern=r"^$|^smtps?://[^\s/]+/?$",
        repr=False,
    )
    mail_from: str = _setting(
        "",
        "Whom letters come from. Empty: no-reply at the host of PUBLIC_URL.",
        "such as Forum Zero <no-reply@zero.example.org>",
        max_length=200,
    )
    second_factor: Literal["required", "optional", "off"] = _setting(
        "optional",
        "Codes of a second device: `required` for what touches money, credits or people; `optional`: "
        "asked of those who have set one up.",
        "required, optional or off",
    )
    openid_issuer: str = _setting(
        "",
        "OpenID Connect: the issuer's address; with the client's id and secret it switches signing in there on.",
        "an address such as https://login.example.org/realms/forum",
        pattern=r"^$|^https?://[^\s?#]+$",
    )
    openid_client_id: str = _setting(
        "", "OpenID Connect: this server's client id there.", "the id as the issuer gave it", max_length=200
    )
    openid_client_secret: str = _key("OpenID Connect: the client's secret.")
    openid_name: str = _setting(
        "", "OpenID Connect: what the button calls the issuer. Empty: its host.", "a name", max_length=60
    )
    openid_new_people: Literal["make", "refuse"] = _setting(
        "refuse",
        "OpenID Connect: who is not known here by email is made as a person without roles, or refused.",
        "make or refuse",
    )
    order_hold_minutes: int = _setting(
        15,
        "Minutes that an unpaid order keeps its grams and its price.",
        "a whole number from 1 to 1440",
        ge=1,
        le=1440,
    )
    log_level: Literal["debug", "info", "warning", "error"] = _setting(
        "info", "How much is logged.", "debug, info, warning or error"
    )
    trusted_proxies: int = _setting(
        0,
        "How many reverse proxies of yours stand before this server; only their X-Forwarded-For is believed.",
        "a whole number from 0 to 8",
        ge=0,
        le=8,
    )
    exchange_name: str = _setting(
        "", "Legal name of the exchange, the seller on receipts.", "a name of up to 200 characters", max_length=200
    )
    exchange_address: str = _setting(
        "", "Address of the exchange on receipts.", "an address of up to 300 characters", max_length=300
    )
    exchange_tax_id: str = _setting(
        "", "Tax number of the exchange on receipts.", "a number of up to 60 characters", max_length=60
    )
    exchange_tax_percent: str = _setting(
        "",
        "Rate of the tax that is within prices, stated on receipts. Empty: no tax is stated.",
        "per cent with at most two decimals, such as 6 or 5.5",
        pattern=r"^$|^\d{1,2}(\.\d{1,2})?$",
    )
    exchange_timezone: str = _setting(
        "UTC",
        "Time zone of the exchange: the days of its settlements.",
        "a name of the time zone database, such as UTC or Asia/Shanghai",
        pattern=r"^[A-Za-z][A-Za-z0-9_+/-]{1,63}$",
    )

    @field_validator("exchange_timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("no such time zone")
        return value

    @field_validator("data_dir", "signing_key_file")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return None if value is None else PROJECT_DIR / value.expanduser()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load_settings` hands over: it has read the environment itself."""
        return (init_settings,)

    @property
    def store_url(self) -> str:
        """The store's URL with the default filled in."""
        return self.database_url or f"sqlite:///{self.data_dir / 'forumzero.sqlite3'}"

    @property
    def base_url(self) -> str:
        """How people reach this server, without a slash at its end."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = lan_address() if self.host in ("0.0.0.0", "::") else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def is_secure(self) -> bool:
        """Whether people come over TLS, so that cookies can ask for it."""
        return self.base_url.startswith("https://")

    def secret(self) -> str:
        """SECRET_KEY, or the key made for this install."""
        return self.secret_key or kept_secret(self.data_dir / "secret_key", secrets.token_urlsafe(48))


def load_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from `environment`; SettingsError says everything that is wrong with them."""
    values: dict[str, str] = {}
    for name in Settings.model_fields:
        value = _value_of(name.upper(), environment)
        if value is not None:
            values[name] = value
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(item) for item in error.errors())) from None


def _value_of(name: str, environment: Mapping[str, str]) -> str | None:
    """The value of NAME or of the file at NAME_FILE, which may not both be given; empty means not given."""
    direct = environment.get(name, "").strip()
    path = environment.get(f"{name}_FILE", "").strip()
    if direct and path:
        raise SettingsError(f"{name} and {name}_FILE are both set; give one of them.")
    if not path:
        return direct or None
    try:
        return Path(path).read_text(encoding="utf-8").strip() or None
    except OSError as error:
        raise SettingsError(f"{name}_FILE is {path!r}, which can't be read ({error.strerror}).") from None


def _sentence(item: Any) -> str:
    name = str(item["loc"][0])
    extra = Settings.model_fields[name].json_schema_extra
    right = extra.get("right") if isinstance(extra, dict) else ""
    shown = "…" if not Settings.model_fields[name].repr else repr(str(item["input"]))
    return f"{name.upper()} is {shown}; it should be {right}."


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process."""
    return load_settings(os.environ)


def kept_secret(path: Path, fresh: str) -> str:
    """The secret kept at `path`; `fresh` is kept there first if there is none. Safe when several ask at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(fresh)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # fails where another was first: then theirs is the one
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="utf-8").strip()


def lan_address() -> str:
    """This machine's address on its local network; 127.0.0.1 where it has none. Sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address: connecting UDP only picks the interface
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"
