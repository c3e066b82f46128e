"""The whole API asked what its description allows, and what it does not, by schemathesis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

import requests
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as budget
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy
from schemathesis import Case, GenerationMode, openapi
from schemathesis.checks import CheckFunction, load_all_checks, not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Err
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi import checks

load_all_checks()
CHECKS: list[CheckFunction] = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
_PATIENCE_S = 60.0


class Wrong(NamedTuple):
    """What one answer should not have been."""

    operation: str
    why: str
    #: How to ask it again.
    case: str


class Asked(NamedTuple):
    """What came of asking."""

    requests: int
    #: How many answers had which status.
    statuses: Counter[int]
    wrong: list[Wrong]

    def __add__(self, other: Asked) -> Asked:  # type: ignore[override]  # sums up
        """Sum up what came of asking twice."""
        return Asked(
            self.requests + other.requests,
            self.statuses + other.statuses,
            self.wrong + other.wrong,
        )


NOTHING = Asked(0, Counter(), [])


def described(address: str, token: str) -> BaseSchema:
    """Return the description that a server gives of its API."""
    found = requests.get(
        f"{address}/api/v1/openapi.json", headers=_shown(token), timeout=_PATIENCE_S
    )
    found.raise_for_status()
    schema = openapi.from_dict(_without_tuples(found.json()))
    # Whose version has passed is told so before what they sent is looked at.
    told = ["400", "401", "403", "404", "405", "412", "413", "416", "422"]
    schema.config.checks.negative_data_rejection.expected_statuses = told
    return schema


def _without_tuples(value: Any) -> Any:
    """Write pairs of one kind as lists of it: the library mistakes "prefixItems" of answers."""
    if isinstance(value, list):
        return [_without_tuples(one) for one in value]
    if not isinstance(value, dict):
        return value
    kept = {name: _without_tuples(one) for name, one in value.items()}
    kinds = kept.get("prefixItems")
    if isinstance(kinds, list) and all(kind == kinds[0] for kind in kinds):
        kept["items"] = kept.pop("prefixItems")[0]
    return kept


def ask(
    address: str,
    token: str,
    *,
    each: int,
    known: Mapping[str, Mapping[str, str]],
    start: int = 0,
) -> Asked:
    """Ask every operation what it allows and what it does not, with names that exist and others.

    Parameters
    ----------
    token : of whoever asks.
    each : requests to an operation, about; fewer where it cannot be asked so many things.
    known : parameters of a path that exist, by how paths begin that they fit.
    start : where chance begins.
    """
    told = NOTHING
    with requests.Session() as session:
        for found in described(address, token).get_all_operations():
            if isinstance(found, Err):
                raise found.err()
            operation = found.ok()
            kinds = list(_kinds(operation, known))[:each]
            for number, kind in enumerate(kinds):
                wanted = -(-each // len(kinds))
                told += _ask(address, token, session, kind, wanted, start + number)
    return told


def _kinds(
    operation: APIOperation[Any, Any, Any, Any], known: Mapping[str, Mapping[str, str]]
) -> Iterator[SearchStrategy[Case[Any]]]:
    names = [p.name for p in operation.path_parameters]
    fitting = max((p for p in known if operation.path.startswith(p)), key=len, default="")
    given = {n: v for n, v in known.get(fitting, {}).items() if n in names}
    modes = [GenerationMode.POSITIVE]
    # Every text may be in a path, and looking for one that may not takes seconds.
    if operation.body or operation.query:
        modes.append(GenerationMode.NEGATIVE)
    # What exists comes first: where little is asked, it gets beyond "not found".
    for names_of in (given, {}) if given else ({},):
        for mode in modes:
            if names_of:
                yield operation.as_strategy(generation_mode=mode, path_parameters=names_of)
            else:
                yield operation.as_strategy(generation_mode=mode)


def _ask(
    address: str,
    token: str,
    session: requests.Session,
    kind: SearchStrategy[Case[Any]],
    wanted: int,
    start: int,
) -> Asked:
    statuses: Counter[int] = Counter()
    wrong: list[Wrong] = []

    @seed(start)
    @budget(
        max_examples=wanted,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=kind)
    def once(case: Case[Any]) -> None:
        answer = case.call(address, session=session, headers=_shown(token), timeout=_PATIENCE_S)
        statuses[answer.status_code] += 1
        try:
            case.validate_response(answer, checks=CHECKS, headers=_shown(token))
        except FailureGroup as group:
            again = case.as_curl_command(headers={"authorization": "Bearer $TOKEN"})
            wrong.extend(
                Wrong(case.operation.label, f"{one.title}: {one.message}", again)
                for one in group.exceptions
            )

    with suppress(Unsatisfiable):  # nothing about it can be wrong
        once()
    return Asked(statuses.total(), statuses, wrong)


def _shown(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def operations(address: str, token: str) -> int:
    """Return how many operations a server describes."""
    return sum(1 for _ in described(address, token).get_all_operations())
