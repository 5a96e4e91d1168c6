"""WeChat Pay, interface 3: in WeChat's own browser, on a phone's, and by a code to scan on a desktop."""

from gateways.wechat.provider import WechatKeys, WechatProvider

__all__ = ["WechatKeys", "WechatProvider"]
