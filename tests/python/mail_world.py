"""A mail server on loopback that keeps what it is given, or refuses it as it is told."""

import email
import email.policy
from types import SimpleNamespace

from aiosmtpd.controller import Controller

from gleaner import free_port

HERE = "127.0.0.1"


class Mailbox:
    """What arrived; answers as it is told."""

    def __init__(self):
        self.mails = []
        self.refuse = {}

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if "data" in self.refuse:
            return self.refuse["data"]
        self.mails.append(SimpleNamespace(
            sender=envelope.mail_from, recipients=envelope.rcpt_tos, raw=envelope.content,
            encrypted=session.ssl is not None, login=session.auth_data,
            message=email.message_from_bytes(envelope.content, policy=email.policy.default)))
        return "250 taken"


def serve(**options):
    box = Mailbox()
    controller = Controller(box, hostname=HERE, port=free_port(), **options)
    controller.start()
    box.port = controller.port
    box.stop = controller.stop
    return box
