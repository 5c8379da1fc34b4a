"""Signing in at an identity provider: OpenID Connect, authorization code with PKCE, state and nonce.

The provider is asked outside of any transaction. Nothing it says is believed before its signature, issuer, audience,
times and nonce are checked; the key of an account is the issuer's subject.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import delete, select

from service.db.administration import SignInRequest
from service.domain.errors import BadCredentials
from service.domain.wording import N_
from service.operations.action import Action
from service.operations.signing_in import digest
from service.settings import BadSetting, Settings

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
LASTS = timedelta(minutes=10)
KNOWN_SECONDS = 3600
SECONDS = 10
LEEWAY_SECONDS = 60
LOOPBACK = ("127.0.0.1", "localhost", "::1")

REFUSED = "The identity provider's answer cannot be accepted. Begin again."
AWAY = "The identity provider does not answer. Try again later, or sign in with a password."


@dataclass(frozen=True, slots=True)
class Provider:
    """What a provider says about itself, and its keys."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    end_session_endpoint: str | None
    auth_method: str
    keys: KeySet
    read_at: float


@dataclass(frozen=True, slots=True)
class Sent:
    """Where to send the browser, and the state it has to bring back."""

    address: str
    state: str


@dataclass(frozen=True, slots=True)
class Said:
    """What the provider says about the person: claims that were checked, and where to go afterwards."""

    claims: Mapping[str, Any]
    target: str

    @property
    def strong(self) -> bool:
        """Whether the provider has asked for more than a password (RFC 8176)."""
        methods = self.claims.get("amr")
        return isinstance(methods, list) and "mfa" in methods


class Refused(BadCredentials):
    """The provider, or what came back from it, cannot be believed; `reason` is for the log."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


_known: dict[str, Provider] = {}


def is_on(settings: Settings) -> bool:
    return bool(settings.oidc_issuer)


def check_settings(settings: Settings) -> None:
    """Raises BadSetting for a provider that could not be trusted."""
    if not is_on(settings):
        return
    if not settings.oidc_client_id:
        raise BadSetting("oidc_client_id must be set with oidc_issuer")
    if not _is_safe(settings.oidc_issuer):
        raise BadSetting("oidc_issuer must begin with https://")
    if settings.oidc_link_by not in ("", "email", "nip"):
        raise BadSetting('oidc_link_by is "", "email" or "nip"')
    if settings.oidc_link_by == "nip" and not settings.oidc_nip_claim:
        raise BadSetting("oidc_link_by = nip needs oidc_nip_claim")


def begin(action: Action, provider: Provider, redirect_uri: str, target: str) -> Sent:
    """Remember that somebody is sent to the provider."""
    action.session.execute(delete(SignInRequest).where(SignInRequest.created_at <= action.now - LASTS))
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    action.session.add(
        SignInRequest(
            state_hash=digest(state),
            nonce=nonce,
            verifier=verifier,
            target=target[:500],
            created_at=action.now,
        )
    )
    client = _client(action.settings, provider, redirect_uri)
    address, _ = client.create_authorization_url(
        provider.authorization_endpoint, state=state, nonce=nonce, code_verifier=verifier
    )
    return Sent(address, state)


def take_request(action: Action, state: str, expected: str) -> SignInRequest:
    """The request that this browser was sent with, once. Raises Refused for another's, an old or a used one."""
    if not state or not expected or not hmac.compare_digest(state.encode(), expected.encode()):
        raise Refused(REFUSED, N_("the state is not this browser's"))
    found = action.session.scalar(
        select(SignInRequest).where(SignInRequest.state_hash == digest(state)).with_for_update()
    )
    if found is None:
        raise Refused(REFUSED, N_("the state was used already"))
    action.session.delete(found)
    action.session.flush()
    if found.created_at <= action.now - LASTS:
        raise Refused(REFUSED, N_("the state is too old"))
    return found


def finish(settings: Settings, request: SignInRequest, code: str, redirect_uri: str) -> Said:
    """Exchange the code and check what the provider says. Raises Refused."""
    provider = discover(settings)
    client = _client(settings, provider, redirect_uri)
    try:
        token = client.fetch_token(
            provider.token_endpoint, code=code, code_verifier=request.verifier, timeout=SECONDS
        )
    except AuthlibBaseError as error:
        raise Refused(REFUSED, f"the provider refused the code: {error.error}") from error
    except requests.RequestException as error:
        raise Refused(AWAY, type(error).__name__) from error
    claims = _checked(settings, provider, str(token.get("id_token") or ""), request.nonce)
    return Said(_completed(settings, provider, client, claims), request.target)


def discover(settings: Settings, *, anew: bool = False) -> Provider:
    """What the provider says about itself, read once an hour. Raises Refused when it is away or says another name."""
    known = _known.get(settings.oidc_issuer)
    if known is not None and not anew and time.monotonic() - known.read_at < KNOWN_SECONDS:
        return known
    address = settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration"
    try:
        said = _json(address)
        if said.get("issuer") != settings.oidc_issuer:
            raise Refused(AWAY, N_("the provider names another issuer"))
        methods = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        basic = "client_secret_basic" in methods
        endpoints = [said["authorization_endpoint"], said["token_endpoint"], said["jwks_uri"]]
        if not all(_is_safe(endpoint) for endpoint in endpoints):
            raise Refused(AWAY, N_("the provider has an endpoint without TLS"))
        provider = Provider(
            issuer=settings.oidc_issuer,
            authorization_endpoint=said["authorization_endpoint"],
            token_endpoint=said["token_endpoint"],
            jwks_uri=said["jwks_uri"],
            userinfo_endpoint=said.get("userinfo_endpoint"),
            end_session_endpoint=said.get("end_session_endpoint"),
            auth_method="client_secret_basic" if basic else "client_secret_post",
            keys=KeySet.import_key_set(_json(said["jwks_uri"])),  # type: ignore[arg-type]
            read_at=time.monotonic(),
        )
    except (requests.RequestException, JoseError, ValueError, KeyError, TypeError) as error:
        raise Refused(AWAY, f"discovery: {type(error).__name__}") from error
    _known[settings.oidc_issuer] = provider
    return provider


def _checked(settings: Settings, provider: Provider, id_token: str, nonce: str) -> dict[str, Any]:
    """The claims of an ID token. With a key that is not known the provider's keys are read once more: they change."""
    registry = jwt.JWTClaimsRegistry(
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": provider.issuer},
        sub={"essential": True},
        aud={"essential": True, "value": settings.oidc_client_id},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    for attempt in (provider, None):
        try:
            keys = (attempt or discover(settings, anew=True)).keys
            claims = jwt.decode(id_token, keys, algorithms=ALGORITHMS).claims
            break
        except (JoseError, ValueError) as error:
            if attempt is None:
                raise Refused(REFUSED, f"ID token: {type(error).__name__}") from error
    try:
        registry.validate(claims)
    except JoseError as error:
        raise Refused(REFUSED, f"ID token: {error}") from error
    audience = claims["aud"]
    if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != settings.oidc_client_id:
        raise Refused(REFUSED, N_("ID token: for another party"))
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise Refused(REFUSED, N_("ID token: subject"))
    return claims


def _completed(
    settings: Settings, provider: Provider, client: OAuth2Session, claims: dict[str, Any]
) -> dict[str, Any]:
    """Claims that are missing in the ID token are asked for, about the same subject."""
    wanted = {settings.oidc_groups_claim, settings.oidc_nip_claim, "email", "name"} - {""}
    if not provider.userinfo_endpoint or wanted <= set(claims) or not _is_safe(provider.userinfo_endpoint):
        return claims
    try:
        answer = client.get(provider.userinfo_endpoint, timeout=SECONDS)
        answer.raise_for_status()
        more = answer.json()
    except (requests.RequestException, AuthlibBaseError, ValueError) as error:
        raise Refused(AWAY, f"userinfo: {type(error).__name__}") from error
    if not isinstance(more, dict) or more.get("sub") != claims["sub"]:
        raise Refused(REFUSED, N_("userinfo: about somebody else"))
    return {**more, **claims}


def _client(settings: Settings, provider: Provider, redirect_uri: str) -> OAuth2Session:
    return OAuth2Session(
        settings.oidc_client_id,
        settings.oidc_client_secret or None,
        token_endpoint_auth_method=provider.auth_method if settings.oidc_client_secret else "none",
        scope=settings.oidc_scopes,
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
    )


def _json(address: str) -> dict[str, Any]:
    answer = requests.get(address, timeout=SECONDS, allow_redirects=False)
    answer.raise_for_status()
    said = answer.json()
    if not isinstance(said, dict):
        raise ValueError("not an object")
    return said


def _is_safe(address: str) -> bool:
    """TLS, or this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
