"""Alipay: its web page on a desktop, its phone page on a phone."""

from gateways.alipay.provider import AlipayProvider

__all__ = ["AlipayProvider"]
