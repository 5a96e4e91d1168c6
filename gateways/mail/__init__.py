"""Mail: letters go out by SMTP, or into the log where no server is set."""

from gateways.mail.provider import Letter, LogSender, MailError, Sender, SmtpSender

__all__ = ["Letter", "LogSender", "MailError", "Sender", "SmtpSender"]
