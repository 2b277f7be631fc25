"""A scripted OpenID Connect provider: real HTTP, real signatures, nasty on demand."""

import base64
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET = "gleaner-client", "oidc-secret-canary"


class OIDCProvider:
    def __init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.stranger_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.subject, self.claims, self.sign = "subject-1", {}, self.rs256
        self.codes, self.is_down = {}, False
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                provider.get(self)

            def do_POST(self):
                provider.post(self)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    # What it signs with.
    def rs256(self, claims):
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "k1"})

    def by_another_key(self, claims):
        return jwt.encode(claims, self.stranger_key, algorithm="RS256", headers={"kid": "k1"})

    def unsigned(self, claims):
        return jwt.encode(claims, None, algorithm="none", headers={"kid": "k1"})

    def with_the_public_key(self, claims):
        """HMAC with what everybody can read, for verifiers that believe the token's own algorithm."""
        head = self._part({"alg": "HS256", "typ": "JWT", "kid": "k1"})
        body = self._part(claims)
        public = json.dumps(self.jwk()).encode()
        mac = base64.urlsafe_b64encode(
            __import__("hmac").digest(public, f"{head}.{body}".encode(), "sha256")).rstrip(b"=").decode()
        return f"{head}.{body}.{mac}"

    @staticmethod
    def _part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    def jwk(self):
        return {**json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key())), "kid": "k1", "use": "sig"}

    def get(self, request):
        url = urlsplit(request.path)
        if self.is_down:
            return self.answer(request, 503, {})
        if url.path == "/.well-known/openid-configuration":
            return self.answer(request, 200, {
                "issuer": self.issuer, "authorization_endpoint": self.issuer + "/authorize",
                "token_endpoint": self.issuer + "/token", "jwks_uri": self.issuer + "/keys"})
        if url.path == "/keys":
            return self.answer(request, 200, {"keys": [{"kty": "oct", "k": "AAAA", "kid": "k0"}, self.jwk()]})
        if url.path == "/authorize":
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            code = hashlib.sha256(query["state"].encode()).hexdigest()
            self.codes[code] = query
            request.send_response(302)
            request.send_header("Location", query["redirect_uri"] + "?" + urlencode({"code": code, "state": query["state"]}))
            request.send_header("Content-Length", "0")
            return request.end_headers()
        self.answer(request, 404, {})

    def post(self, request):
        form = {name: values[0] for name, values in parse_qs(
            request.rfile.read(int(request.headers["Content-Length"])).decode()).items()}
        asked = self.codes.pop(form.get("code"), None)
        challenge = base64.urlsafe_b64encode(
            hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if not asked or asked["code_challenge"] != challenge or form.get("client_secret") != CLIENT_SECRET:
            return self.answer(request, 400, {"error": "invalid_grant"})
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": self.subject, "aud": CLIENT_ID, "exp": now + 300, "iat": now,
                  "nonce": asked["nonce"], "preferred_username": "Meera.S@example.org", "name": "Meera S", **self.claims}
        self.answer(request, 200, {"access_token": "x", "token_type": "Bearer", "id_token": self.sign(claims)})

    @staticmethod
    def answer(request, status, body):
        data = json.dumps(body).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)
