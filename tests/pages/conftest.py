"""Pages are opened with what the visits of `tests.visit` leave behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from chengxin.offices.models import Officer
from tests.visit.conftest import agent, faces, order, page, serving, take

__all__ = ["agent", "faces", "order", "page", "serving", "take"]


@pytest.fixture
def signed_in() -> Callable[[Officer], Client]:
    def client_of(officer: Officer) -> Client:
        client = Client()
        client.force_login(officer, "allauth.account.auth_backends.AuthenticationBackend")
        return client

    return client_of


@pytest.fixture
def zhaos(signed_in, zhao) -> Client:
    return signed_in(zhao)
