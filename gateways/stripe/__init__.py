"""Stripe's hosted checkout: cards, and Alipay and WeChat Pay where the account and the currency serve them."""

from gateways.stripe.provider import StripeProvider

__all__ = ["StripeProvider"]
