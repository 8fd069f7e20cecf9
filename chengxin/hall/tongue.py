"""Which language a screen in the hall speaks, and how it lists things."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def chinese_first(view: View[P]) -> View[P]:
    """Chinese until the person before the screen chose otherwise, whatever its browser prefers."""

    @wraps(view)
    def spoken(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(settings.LANGUAGE_CODE)
            request.LANGUAGE_CODE = translation.get_language()
        return view(request, *args, **kwargs)

    return spoken


def english() -> bool:
    return (translation.get_language() or "").startswith("en")


def listed(words: Iterable[str]) -> str:
    """Several words as one phrase: 甲、乙 or A, B."""
    return (", " if english() else "、").join(words)
