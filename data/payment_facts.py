"""What payment providers take, kept as data in ``payment_facts.toml``, and the settings that switch them on."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

NEEDED = {  # the settings without which a provider is not offered
    "wechat": (
        "wechat_app_id", "wechat_merchant_id", "wechat_merchant_serial", "wechat_merchant_key", "wechat_api_v3_key",
    ),
    "alipay": ("alipay_app_id", "alipay_app_key"),
    "stripe": ("stripe_secret_key", "stripe_webhook_secret"),
}  # fmt: skip
EITHER = {  # and one of these groups: by what the provider's own signatures are checked
    "wechat": (("wechat_public_key", "wechat_public_key_id"), ("wechat_platform_certificates",)),
    "alipay": (("alipay_public_key",), ("alipay_app_cert", "alipay_cert", "alipay_root_cert")),
    "stripe": ((),),
}


def missing_settings(provider: str, settings: object) -> list[str] | None:
    """The settings that a provider lacks, [] where it is on; None where none of its keys is set at all."""
    groups = EITHER[provider]
    named = [*NEEDED[provider], *(name for group in groups for name in group)]
    if not any(getattr(settings, name) for name in named):
        return None
    missing = [[name for name in group if not getattr(settings, name)] for group in groups]
    begun = [left for left, group in zip(missing, groups, strict=True) if len(left) < len(group)]
    nearest = min(begun or missing[:1], key=len)
    return [name for name in NEEDED[provider] if not getattr(settings, name)] + nearest


@lru_cache(maxsize=1)
def _facts() -> dict[str, dict[str, int]]:
    with (Path(__file__).parent / "payment_facts.toml").open("rb") as handle:
        return {name: dict(entry["minimum_minor"]) for name, entry in tomllib.load(handle).items()}


def least_minor(provider: str) -> Mapping[str, int]:
    """The currencies that a provider takes, each with its least amount in minor units; 0 where none is stated."""
    return _facts()[provider]
