"""OpenID Connect: what the provider is asked, and what of its answer is believed.

The authorisation code flow with PKCE. The provider says who somebody is; which roles
they have stays ours. Nothing that it answers is taken on trust: the ID token must be
signed by a key of the provider, be meant for us, be fresh, and answer the very log-in
that this browser began (nonce).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import urlencode

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from qa.access import secrets
from qa.errors import Forbidden, ProviderDown
from qa.settings import Settings

#: Seconds that the provider has to answer: somebody waits at the door.
_PATIENCE_S = 5.0
#: Seconds after which its description and keys are asked for again.
_FRESH_S = 3600.0
#: Seconds that pass at least between two askings because of a key that is not known: anybody
#: may come with a token that names one.
_PAUSE_S = 60.0
#: Seconds by which its clock may differ from ours.
_LEEWAY_S = 60
#: Signatures by its key pair alone: "none" and those by a shared secret are no proof.
_ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "EdDSA"]


@dataclass(frozen=True)
class Begun:
    """A log-in that a browser began; it keeps this until the provider sends it back."""

    state: str
    nonce: str
    verifier: str
    next: str


@dataclass(frozen=True)
class Vouched:
    """Whom the provider vouches for."""

    issuer: str
    subject: str
    #: Only where the provider has verified it.
    email: str | None


class Provider:
    """A provider of OpenID Connect, found by its issuer's address.

    Parameters
    ----------
    settings : `oidc_issuer`, `oidc_client_id`, `oidc_client_secret`.
    """

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = Lock()
        self._kept: tuple[float, Mapping[str, Any], KeySet] | None = None

    def address(self, begun: Begun, back: str) -> str:
        """Return where to send the browser.

        Raises
        ------
        ProviderDown : it does not answer as it should.
        """
        where, _ = self._known()
        asked = {
            "response_type": "code",
            "client_id": self._settings.oidc_client_id,
            "redirect_uri": back,
            "scope": "openid email",
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": create_s256_code_challenge(begun.verifier),
            "code_challenge_method": "S256",
        }
        return f"{where['authorization_endpoint']}?{urlencode(asked)}"

    def vouches(self, begun: Begun, code: str, back: str) -> Vouched:
        """Return whom the provider vouches for, by the code that the browser brought.

        Raises
        ------
        ProviderDown : it does not answer as it should.
        Forbidden : its answer cannot be believed.
        """
        where, keys = self._known()
        answer = self._post(
            str(where["token_endpoint"]),
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": back,
                "client_id": self._settings.oidc_client_id,
                "code_verifier": begun.verifier,
            },
        )
        token = str(answer.get("id_token") or "")
        try:
            claims = self._believed(token, keys, begun.nonce)
        except _UnknownKey:
            # It may have changed its keys since.
            _, keys = self._known(oldest=_PAUSE_S)
            claims = self._believed(token, keys, begun.nonce, last=True)
        verified = claims.get("email_verified") is True
        return Vouched(
            issuer=self._settings.oidc_issuer,
            subject=str(claims["sub"]),
            email=str(claims["email"]) if verified and claims.get("email") else None,
        )

    def _believed(
        self, token: str, keys: KeySet, nonce: str, *, last: bool = False
    ) -> Mapping[str, Any]:
        try:
            read = jwt.decode(token, keys, algorithms=_ALGORITHMS)
            claims = CodeIDToken(
                read.claims,
                read.header,
                options={
                    "iss": {"essential": True, "value": self._settings.oidc_issuer},
                    "aud": {"essential": True, "value": self._settings.oidc_client_id},
                    "nonce": {"essential": True, "value": nonce},
                },
                params={"nonce": nonce, "client_id": self._settings.oidc_client_id},
            )
            claims.validate(leeway=_LEEWAY_S)
        except (JoseError, ValueError) as err:
            unknown = isinstance(err, ValueError) or "key" in type(err).__name__.lower()
            if unknown and not last:
                raise _UnknownKey from err
            # What the token says is left out: it is somebody's.
            raise Forbidden(
                f"The provider's answer cannot be believed ({type(err).__name__}).",
                "Log in again; if it happens again, check QA_OIDC_ISSUER and the clocks.",
            ) from err
        return dict(claims)

    def _known(self, *, oldest: float = _FRESH_S) -> tuple[Mapping[str, Any], KeySet]:
        """Return its description and keys, as they were at most so many seconds ago."""
        with self._lock:
            kept, now = self._kept, self._clock()
            if kept is None or now - kept[0] > oldest:
                issuer = self._settings.oidc_issuer
                where = self._get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
                if where.get("issuer") != issuer:
                    raise ProviderDown(
                        "The provider calls itself something else than QA_OIDC_ISSUER.",
                        "Write the issuer exactly as the provider does.",
                    )
                try:
                    keys = KeySet.import_key_set(self._get(str(where["jwks_uri"])))  # type: ignore[arg-type]
                except (JoseError, KeyError, ValueError) as err:
                    raise _down(type(err).__name__) from err
                kept = self._kept = (now, where, keys)
            return kept[1], kept[2]

    def _get(self, url: str) -> dict[str, Any]:
        return _read(lambda: httpx.get(url, timeout=_PATIENCE_S))

    def _post(self, url: str, form: dict[str, str]) -> dict[str, Any]:
        secret = self._settings.oidc_client_secret.get_secret_value()
        auth = (self._settings.oidc_client_id, secret) if secret else None
        return _read(lambda: httpx.post(url, data=form, auth=auth, timeout=_PATIENCE_S))


class _UnknownKey(Exception):
    """The token was signed by a key that is not among those that are known."""


def begin(next: str) -> Begun:
    """Begin a log-in: three secrets that nobody can guess."""
    return Begun(
        state=secrets.new_session(),
        nonce=secrets.new_session(),
        verifier=secrets.new_session(),
        next=next,
    )


def _read(ask: Callable[[], httpx.Response]) -> dict[str, Any]:
    try:
        answer = ask().raise_for_status().json()
    except (httpx.HTTPError, ValueError) as err:
        raise _down(type(err).__name__) from err
    if not isinstance(answer, dict):
        raise _down("no JSON object")
    return answer


def _down(why: str) -> ProviderDown:
    return ProviderDown(
        f"The provider of single sign-on does not answer as it should ({why}).",
        "Try again later, or log in with a password.",
    )
