"""The built-in demo provider: test money only, through the same door as the real ones."""

from gateways.demo.provider import DemoPayment, DemoProvider

__all__ = ["DemoPayment", "DemoProvider"]
