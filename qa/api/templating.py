"""Templates, with the wording of `qa.api.words` at hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from qa import __version__
from qa.api import words

HERE = Path(__file__).parent
STATIC = HERE / "static"


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["words"] = words
    # Browsers keep the style sheet; a new version of the program has a new address.
    made.globals["version"] = __version__
    return made


_TEMPLATES = Jinja2Templates(env=_environment())


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
