"""What payment providers take, kept as data in ``payment_facts.toml``, and the settings that switch them on."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

NEEDED = {  # the settings without which a provider is not offered
    "wechat": (
        "wechat_app_id", "wechat_merchant_id", "wechat_merchant_serial", "wechat_merchant_key", "wechat_api_v3_key",
        "wechat_public_key", "wechat_public_key_id",
    ),
    "alipay": ("alipay_app_id", "alipay_app_key", "alipay_public_key"),
    "stripe": ("stripe_secret_key", "stripe_webhook_secret"),
}  # fmt: skip


@lru_cache(maxsize=1)
def _facts() -> dict[str, dict[str, int]]:
    with (Path(__file__).parent / "payment_facts.toml").open("rb") as handle:
        return {name: dict(entry["minimum_minor"]) for name, entry in tomllib.load(handle).items()}


def least_minor(provider: str) -> Mapping[str, int]:
    """The currencies that a provider takes, each with its least amount in minor units; 0 where none is stated."""
    return _facts()[provider]
