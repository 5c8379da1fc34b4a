"""HTTP clients for tests: a program with a bearer token, a person with a browser's cookies, nobody."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.operations import accounts, signing_in
from service.wiring import Services

API = "/api/v1"
PASSWORD = "kuda laut makan apel"
_CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Asking:
    """Clients of one application."""

    def __init__(self, app: Flask, services: Services) -> None:
        self.app = app
        self.services = services

    def as_nobody(self) -> FlaskClient:
        return self.app.test_client()

    def as_program(self, username: str) -> Program:
        with self.services.action() as action:
            token = signing_in.create_token(action, username, "test")
        return Program(self.app.test_client(), token)

    def as_person(self, username: str, address: str = "127.0.0.1") -> Person:
        self.give_password(username)
        person = Person(self.app.test_client(), address)
        answer = person.sign_in(username, PASSWORD)
        assert answer.status_code == 303, answer.text
        return person

    def give_password(self, username: str, password: str = PASSWORD) -> None:
        with self.services.action() as action:
            if accounts.named(action.session, username).password_hash is None:
                accounts.set_password(action, username, password)


class Program:
    """A program: JSON and a bearer token. Paths are below /api/v1."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client = client
        self.token = token

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(f"{API}{path}", headers=self._headers(options), **options)

    def post(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        if json is not None:
            options["json"] = json
        return self.client.post(f"{API}{path}", headers=self._headers(options), **options)

    def put(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self.client.put(f"{API}{path}", json=json, headers=self._headers(options), **options)

    def _headers(self, options: dict[str, Any]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} | options.pop("headers", {})


class Person:
    """A person at a browser: cookies, and the CSRF token of the page they see."""

    def __init__(self, client: FlaskClient, address: str = "127.0.0.1") -> None:
        self.client = client
        self.address = {"REMOTE_ADDR": address}

    def sign_in(self, username: str, password: str, **fields: str) -> TestResponse:
        return self.post("/sign-in", {"username": username, "password": password, **fields}, page="/sign-in")

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, environ_overrides=self.address, **options)

    def post(
        self, path: str, form: dict[str, Any] | None = None, *, page: str = "/account", **options: Any
    ) -> TestResponse:
        fields = {"csrf_token": self.csrf(page), **(form or {})}
        return self.client.post(path, data=fields, environ_overrides=self.address, **options)

    def csrf(self, page: str = "/account") -> str:
        """The token of a page's form; empty when the page has none."""
        found = _CSRF.search(self.get(page).text)
        return found.group(1) if found else ""

    def cookie(self) -> str:
        """The session cookie's value; empty without one."""
        found = self.client.get_cookie("mutasi")
        return found.value if found else ""
