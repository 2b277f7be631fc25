"""Mail over real SMTP: aiosmtpd on loopback, with TLS, logins, refusals, and servers that misbehave."""

import os
import socket
import ssl
import subprocess
import threading
from types import SimpleNamespace

import pytest
from aiosmtpd.smtp import AuthResult

from gleaner import BINARY
from mail_world import HERE, serve


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    directory = tmp_path_factory.mktemp("tls")
    files = [str(directory / "cert.pem"), str(directory / "key.pem")]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", files[1], "-out", files[0]],
        check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    return SimpleNamespace(file=files[0], context=context)


@pytest.fixture(scope="module")
def plain():
    box = serve()
    yield box
    box.stop()


@pytest.fixture(scope="module")
def guarded(certificate):
    """Takes nothing before STARTTLS and a login."""
    def authenticate(server, session, envelope, mechanism, data):
        right = (data.login, data.password) == (b"gleaner", "pässword: x".encode())
        return AuthResult(success=right, handled=False, auth_data=data.login)

    box = serve(
        tls_context=certificate.context, require_starttls=True, auth_required=True, authenticator=authenticate,
        auth_require_tls=True)
    yield box
    box.stop()


def run(tmp_path, url, *arguments, command=("mail", "test"), **settings):
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("GLEANER_") and k != "DATABASE_URL"}
    done = subprocess.run(
        [str(BINARY), *command, *arguments],
        env={**inherited, "GLEANER_SMTP_URL": url, "GLEANER_SMTP_FROM": "Gleaner <gleaner@example.com>", **settings},
        capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, cwd=tmp_path)
    return SimpleNamespace(status=done.returncode, out=done.stdout, error=done.stderr)


def test_a_mail_arrives_as_it_was_written(plain, tmp_path):
    text = "\n".join(["Dear Ann,", ".", "..two dots", "नमस्ते, how are you?", "x" * 3000, "trailing \t", "= equal"])
    subject = "Drift: “नमस्ते” has risen " + "a very long subject " * 8
    done = run(
        tmp_path, f"smtp://{HERE}:{plain.port}", "ann@example.com", "Ünal <b@example.com>", "--subject", subject,
        "--text", text, "--html", "<p>नमस्ते</p>")
    assert done.status == 0, done.error
    mail = plain.mails.pop()
    assert mail.sender == "gleaner@example.com" and mail.recipients == ["ann@example.com", "b@example.com"]
    assert all(len(line) <= 78 and line.isascii() for line in mail.raw.split(b"\r\n"))
    message = mail.message
    assert not message.defects and message["subject"].strip() == subject.strip()
    assert message["from"].addresses[0].display_name == "Gleaner" and message["date"].datetime
    assert [(a.display_name, a.addr_spec) for a in message["to"].addresses] == [
        ("", "ann@example.com"), ("Ünal", "b@example.com")]
    assert message["message-id"].endswith("@example.com>") and message["auto-submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"
    assert message.get_body(("plain",)).get_content().replace("\r\n", "\n").rstrip("\n") == text
    assert message.get_body(("html",)).get_content().rstrip("\r\n") == "<p>नमस्ते</p>"
    assert [part.defects for part in message.walk()] == [[], [], []]


def test_nothing_is_said_before_tls_and_login(guarded, certificate, tmp_path):
    url = f"smtp://localhost:{guarded.port}"
    login = {"GLEANER_SMTP_USER": "gleaner", "GLEANER_SMTP_STARTTLS": "required"}
    secret = tmp_path / "secret"
    secret.write_text("pässword: x\n")
    trusted = {**login, "GLEANER_SMTP_CA_FILE": certificate.file}
    done = run(tmp_path, url, "a@example.com", GLEANER_SMTP_PASSWORD_FILE=str(secret), **trusted)
    assert done.status == 0, done.error
    mail = guarded.mails.pop()
    assert mail.encrypted and mail.login == b"gleaner"
    wrong = run(tmp_path, url, "a@example.com", GLEANER_SMTP_PASSWORD="wrong", **trusted)
    assert wrong.status == 1 and "mail_login_refused" in wrong.error and "535" in wrong.error
    assert "wrong" not in wrong.error.replace("is wrong", "")
    distrusted = run(tmp_path, url, "a@example.com", GLEANER_SMTP_PASSWORD="x", **login)
    assert "mail_tls_failed" in distrusted.error
    assert not guarded.mails
    # The doctor logs in, too, and sends nothing.
    doctor = run(tmp_path, url, command=("doctor",), GLEANER_SMTP_PASSWORD_FILE=str(secret), **trusted)
    assert "ok    mail: " in doctor.out and "pässword" not in doctor.out
    doctor = run(tmp_path, url, command=("doctor",), GLEANER_SMTP_PASSWORD="wrong", **trusted)
    assert "FAIL  mail: " in doctor.out and not guarded.mails


def test_encryption_is_required_but_on_this_machine(plain, certificate, tmp_path):
    refused = run(tmp_path, f"smtp://{HERE}:{plain.port}", "a@example.com", GLEANER_SMTP_STARTTLS="required")
    assert refused.status == 1 and "mail_without_encryption" in refused.error and not plain.mails


def test_refusals_say_whether_they_are_for_good(plain, tmp_path):
    url = f"smtp://{HERE}:{plain.port}"
    plain.refuse = {"nobody@example.com": "550 5.1.1 no such user", "full@example.com": "452 4.2.2 mailbox full"}
    refused = run(tmp_path, url, "nobody@example.com")
    assert refused.status == 1 and "550 5.1.1 no such user" in refused.error and "mail_refused" in refused.error
    # One recipient who is refused keeps the mail from all of them.
    deferred = run(tmp_path, url, "ann@example.com", "full@example.com")
    assert "452 4.2.2 mailbox full" in deferred.error and "mail_deferred" in deferred.error
    plain.refuse = {"data": "554 5.7.1 looks like spam"}
    spam = run(tmp_path, url, "ann@example.com")
    assert "554 5.7.1 looks like spam" in spam.error and "mail_refused" in spam.error
    plain.refuse = {}
    assert not plain.mails
    for bad in ["ann", "a@example.com\nBcc: b@example.com", "a b@example.com"]:
        assert "mail_address_invalid" in run(tmp_path, url, bad).error
    injected = run(tmp_path, url, "a@example.com", "--subject", "x\r\nBcc: b@example.com")
    assert "mail_subject_invalid" in injected.error and not plain.mails


def misbehave(script):
    """A server that follows `script`, lines to say in turn, one for each line it hears; then hangs up, or with `...` waits."""
    listener = socket.create_server((HERE, 0))

    def talk():
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as heard:
            for line in script:
                if line is ...:
                    while heard.readline():
                        pass
                    return
                connection.sendall(line + b"\r\n")
                if not heard.readline():
                    return

    threading.Thread(target=talk, daemon=True).start()
    return f"smtp://{HERE}:{listener.getsockname()[1]}", listener


@pytest.mark.parametrize("script, code", [
    ([...], "mail_server_unreachable|mail_timeout"),
    ([b"220 hello", ...], "mail_timeout"),
    ([b"220 hello", b"250 here", b"250 ok", b"250 ok", b"354 go", ...], "mail_timeout"),
    ([], "mail_cut"),
    ([b"220 hello", b"250 here"], "mail_cut"),
    ([b"220 hello", b"250 here", b"250 ok", b"250 ok", b"354 go"], "mail_cut"),
    ([b"554 go away"], "mail_refused"),
    ([b"421 busy"], "mail_deferred"),
    ([b"HTTP/1.1 400 Bad Request"], "mail_cut|mail_server_unreachable"),
])
def test_a_server_that_misbehaves(script, code, tmp_path):
    url, listener = misbehave(script)
    with listener:
        done = run(tmp_path, url, "a@example.com", GLEANER_SMTP_TIMEOUT="400ms")
    assert done.status == 1 and any(f"[{one}]" in done.error for one in code.split("|")), done.error


def test_settings_that_cannot_be_used(tmp_path):
    for url, settings, code in [
        ("", {}, "mail_not_configured"),
        ("http://x", {}, "GLEANER_SMTP_URL"),
        ("smtp://user:secret@x", {}, "GLEANER_SMTP_URL"),
        ("smtp://x", {"GLEANER_SMTP_FROM": "nobody"}, "GLEANER_SMTP_FROM"),
        ("smtp://x", {"GLEANER_SMTP_USER": "u"}, "GLEANER_SMTP_PASSWORD"),
        ("smtp://x", {"GLEANER_SMTP_STARTTLS": "maybe"}, "required or off"),
        (f"smtp://{HERE}:1", {}, "mail_server_unreachable"),
    ]:
        done = run(tmp_path, url, "a@example.com", **settings)
        assert done.status == 1 and code in done.error, (url, settings, done.error)
