"""Templates, with the wording of `qa.api.words` at hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from qa import __version__
from qa.api import i18n, words

HERE = Path(__file__).parent
STATIC = HERE / "static"
#: What scripts/build-pages makes; its names change with its content.
BUILT = STATIC / "built"


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        # A page has two dozen templates; they change with the program alone.
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["words"] = words
    made.globals["language"], made.globals["languages"] = i18n.language, i18n.OFFERED
    made.add_extension("jinja2.ext.i18n")
    # A text with figures in it is made safe piece by piece: ``_("Score %(score)s", score=...)``.
    install = made.install_gettext_callables  # type: ignore[attr-defined]  # by the extension
    install(i18n.gettext, i18n.ngettext, newstyle=True)
    # A page asks for some 400 texts; the extension's own way to one makes three calls of each.
    made.globals["gettext"] = made.globals["_"] = text
    made.globals["version"] = __version__
    made.globals["asset"] = asset
    return made


def text(english: str, **figures: object) -> Markup:
    """Return a text in the language of the request, figures in it made safe."""
    return (
        _safe(i18n.language(), english) % figures if figures else _plain(i18n.language(), english)
    )


@cache
def _safe(language: str, english: str) -> Markup:
    with i18n.speaking(language):
        return Markup(i18n.gettext(english))  # noqa: S704 - the program's own words


@cache
def _plain(language: str, english: str) -> Markup:
    return _safe(language, english) % {}  # "%%" is a per cent sign here as well


@cache
def built() -> Mapping[str, str] | None:
    """Return the made file of each script and style; None where none were built."""
    try:
        found = json.loads((BUILT / "build.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    files: dict[str, str] = found["files"]
    return files


def asset(name: str) -> str:
    """Return the address of a script or style; it leads nowhere where none were built."""
    return f"/static/built/{(built() or {}).get(name, name)}"


_TEMPLATES = Jinja2Templates(env=_environment())


def rendered(name: str, context: Mapping[str, Any]) -> str:
    """Render a template that is no answer: a file to take along."""
    return _TEMPLATES.get_template(name).render(dict(context))


def page(
    request: Request,
    name: str,
    context: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Render a template as an answer; ``me`` is who asks, None where nobody is known."""
    me = getattr(request.state, "me", None)
    return _TEMPLATES.TemplateResponse(
        request,
        name,
        {"me": me, **context},
        status_code=status,
        headers=dict(headers) if headers else None,
    )


def render(name: str, context: Mapping[str, Any]) -> str:
    """Render a template that is no answer: a file that is given away."""
    made: str = _TEMPLATES.env.get_template(name).render(context)
    return made


def partial(request: Request) -> bool:
    """Whether a script of a page asks, which puts the answer into that page."""
    return request.headers.get("hx-request-type") == "partial"
