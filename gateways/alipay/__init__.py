"""Alipay: its web page on a desktop, its phone page on a phone."""

from gateways.alipay.provider import AlipayCertificates, AlipayProvider

__all__ = ["AlipayCertificates", "AlipayProvider"]
