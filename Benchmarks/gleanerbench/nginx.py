"""nginx as the yardstick: a proxy that keeps nothing, with one worker and a configuration of its own."""

import os
import socket
import subprocess
import tempfile
from pathlib import Path

from . import machine
from .processes import Child, at_end, free_port, install, unprivileged, wait_until

CONFIGURATION = """
daemon off;
worker_processes 1;
worker_rlimit_nofile {descriptors};
pid {directory}/nginx.pid;
error_log {directory}/error.log error;
events {{ worker_connections {connections}; }}
http {{
    access_log off;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    keepalive_requests 1000000000;
    upstream provider {{ server 127.0.0.1:{provider}; keepalive 512; keepalive_requests 1000000000; }}
    {servers}
}}
"""
PLAIN = """
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{
            proxy_pass {scheme}://provider;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_buffering off;
            proxy_read_timeout 300s;
            {more}
        }}
    }}
"""
TLS = """
    server {{
        listen 127.0.0.1:{port} ssl backlog=4096;
        ssl_certificate {directory}/server.pem;
        ssl_certificate_key {directory}/server.key;
        ssl_protocols TLSv1.2 TLSv1.3;
        location / {{
            proxy_pass http://provider;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_buffering off;
            proxy_read_timeout 300s;
        }}
    }}
"""


class Nginx:
    """With `tls`, it also ends TLS before the provider, on `tls_port` with a certificate that `ca` vouches for."""

    def __init__(self, provider_port, tls=False, via_tls=None):
        program = install("nginx", "nginx-light")
        self.directory = Path(subprocess.run(
            unprivileged(["mktemp", "-d", tempfile.gettempdir() + "/gleaner-bench-nginx.XXXXXX"]), cwd="/",
            capture_output=True, text=True, check=True).stdout.strip())
        at_end(self.remove)
        subprocess.run(unprivileged(["chmod", "755", str(self.directory)]), cwd="/", check=True)
        self.port, self.ca = free_port(), via_tls and via_tls.ca
        if tls:
            self.make_certificate()
            servers = TLS.format(port=self.port, directory=self.directory)
        elif via_tls:
            more = (f"proxy_ssl_trusted_certificate {via_tls.ca}; proxy_ssl_verify on; proxy_ssl_name localhost; "
                    "proxy_ssl_session_reuse on;")
            servers = PLAIN.format(port=self.port, scheme="https", more=more)
        else:
            servers = PLAIN.format(port=self.port, scheme="http", more="")
        descriptors = os.sysconf("SC_OPEN_MAX")
        text = CONFIGURATION.format(
            directory=self.directory, provider=provider_port, servers=servers, descriptors=descriptors,
            connections=descriptors - 64)
        subprocess.run(
            unprivileged(["tee", str(self.directory / "nginx.conf")]), input=text, text=True, cwd="/", check=True,
            stdout=subprocess.DEVNULL)
        log = Path(tempfile.mkstemp(prefix="gleaner-bench-nginx-", suffix=".log")[1])
        at_end(lambda: log.unlink(missing_ok=True))
        self.child = Child(
            unprivileged([program, "-p", str(self.directory), "-e", str(self.directory / "error.log"), "-c",
                          str(self.directory / "nginx.conf")]), log, cwd="/")
        self.wait()

    def wait(self):
        def listens():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0

        wait_until(f"nginx listens ({self.child.log})", listens)

    def make_certificate(self):
        def openssl(*arguments, input=None):
            subprocess.run(
                unprivileged(["openssl", *arguments]), cwd="/", check=True, capture_output=True, text=True, input=input)

        d = self.directory
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=bench", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(d / "server.key"),
                "-out", str(d / "server.pem"))
        self.ca = d / "server.pem"

    def cpu_seconds(self):
        return machine.cpu_seconds(self.child.pid, with_children=True)

    def resident_bytes(self):
        return sum(machine.resident_bytes(pid) for pid in machine.children(self.child.pid))

    def remove(self):
        subprocess.run(unprivileged(["rm", "-rf", str(self.directory)]), cwd="/", check=True)
