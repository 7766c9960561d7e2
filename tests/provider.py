"""A real OpenID Connect provider on loopback, which may be told to lie."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask
import oidc_provider_mock
import requests
from authlib.jose import JsonWebKey, jwt
from werkzeug.serving import make_server

Claims = dict[str, Any]
#: What the provider sends instead of its claims; None sends no id_token.
Lie = Callable[[Claims], Claims | None]


class Provider:
    """The provider's address, what it was asked, and the lie it tells, if any."""

    def __init__(self) -> None:
        self.address = ""
        self.asked: list[dict[str, str]] = []
        self.lie: Lie | None = None
        self.forges: str = ""
        self.app = oidc_provider_mock.app(require_nonce=True)
        self.app.debug = False
        self.app.after_request(self._answer)

    def _answer(self, response: flask.Response) -> flask.Response:
        """Note what was asked for a token, and change the answer when told to lie."""
        if flask.request.path != "/oauth2/token" or response.status_code != 200:
            return response
        self.asked.append(flask.request.form.to_dict())
        answer: dict[str, Any] = flask.json.loads(response.get_data())
        key = flask.g.oidc_provider_mock_storage.jwk
        claims: Claims | None = dict(jwt.decode(answer.pop("id_token"), key))
        if self.lie and claims:
            claims = self.lie(claims)
        if claims is not None:
            answer["id_token"] = self._signed(claims, key)
        response.set_data(flask.json.dumps(answer))
        return response

    def _signed(self, claims: Claims, key: Any) -> str:
        """Return the token, which says what key signed it (as the mock's own does not)."""
        header = {"alg": "RS256", "kid": key.thumbprint()}
        if self.forges == "unsigned":
            parts = ({"alg": "none", "kid": header["kid"]}, claims)
            return ".".join([*(base64url(json.dumps(part).encode()) for part in parts), ""])
        if self.forges == "another key":
            key = JsonWebKey.generate_key("RSA", 2048, is_private=True)
        if self.forges == "the public key as a password":
            public = key.as_pem(is_private=False)
            header["alg"] = "HS256"
            signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
            return f"{signed}.{base64url(hmac.digest(public, signed.encode(), 'sha256'))}"
        if self.forges == "no key named":
            del header["kid"]
        return str(jwt.encode(header, claims, key).decode())

    def knows(self, sub: str, **claims: Any) -> None:
        """Let the provider know somebody."""
        requests.put(f"{self.address}/users/{sub}", json=claims, timeout=10).raise_for_status()

    def sign_in(self, question: str, sub: str) -> str:
        """Sign in as `sub` at the address that a site sent the person to; return the path and query
        that the provider sends the person back to."""
        answer = requests.post(question, data={"sub": sub}, allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        back = urlsplit(answer.headers["Location"])
        return f"{back.path}?{back.query}"


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def challenge_of(verifier: str) -> str:
    """Return the PKCE challenge of a verifier (RFC 7636, S256)."""
    return base64url(hashlib.sha256(verifier.encode()).digest())


def question_of(address: str) -> dict[str, str]:
    """Return what a provider is asked in an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


@contextmanager
def running_provider() -> Iterator[Provider]:
    """Run a provider on a free port of localhost."""
    provider = Provider()
    server = make_server("localhost", 0, provider.app, threaded=True)
    provider.address = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
