"""The OpenAPI 3.1 document and the readable page, both from the table of calls."""

from functools import lru_cache
from typing import Any

from flask import Response, redirect, render_template
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from werkzeug.wrappers import Response as AnyResponse

from incident import errors, i18n
from incident.api import (
    actions,
    acts,
    agencies,
    assessment,
    changes,
    clocks,
    complaints,
    contacts,
    decisions,
    departments,
    drills,
    evidence,
    groups,
    incidents,
    informing,
    labels,
    metrics,
    plan_care,
    playbooks,
    problems,
    resolution,
    review_writing,
    reviews,
    tasks,
    training,
)
from incident.api.answered_problems import Problem
from incident.api.registry import CALLS, MIB, PARAMETERS, PARTS, Call
from incident.errors import N_

REF = "#/components/schemas/"
VERSION = "1"
# the order of the page
SECTIONS = (
    complaints, incidents, acts, departments, groups, agencies, tasks, clocks, evidence, resolution,
    decisions, assessment, labels, contacts, informing, playbooks, changes, plan_care,
    drills, training, reviews, review_writing, actions, metrics,
)  # fmt: skip
TAGS = tuple(dict.fromkeys(each.TAG for each in SECTIONS))
# Which refusals a call may answer with; 500 and 503 belong to every one.
ALWAYS = (401, 403, 404, 429, 500, 503)
READS_QUERY = (422,)
WRITES = (400, 409, 413, 415, 422)
IF_MATCH = (412, 428)
REFUSALS: dict[int, str] = {
    400: N_("The request cannot be read"),
    401: N_("Sign in first"),
    403: N_("Not allowed"),
    404: N_("Not found"),
    405: N_("Not possible here"),
    409: N_("Not possible now"),
    412: N_("Somebody else saved first"),
    413: N_("Too large"),
    415: N_("This content type is not read here"),
    422: N_("The data is not valid"),
    428: N_("Name the version you changed"),
    429: N_("Too many requests"),
    500: N_("The service has a fault"),
    503: N_("Not available at the moment"),
}


def refusals(call: Call) -> tuple[int, ...]:
    """The statuses that a call may refuse with."""
    more = WRITES if call.method != "GET" else READS_QUERY
    return tuple(sorted({*ALWAYS, *more, *(IF_MATCH if call.if_match else ())}))


@lru_cache(maxsize=1)
def _models() -> tuple[dict[Any, dict[str, Any]], dict[str, Any]]:
    wanted: dict[tuple[type[BaseModel], Any], None] = {(Problem, "serialization"): None}
    for each in CALLS:
        if each.body is not None:
            wanted[each.body, "validation"] = None
        if each.query is not None:
            wanted[each.query, "validation"] = None
        for answer in each.answers.values():
            wanted[answer, "serialization"] = None
    schemas, document = models_json_schema(list(wanted), ref_template=REF + "{model}")
    return dict(schemas), document["$defs"]


@lru_cache(maxsize=1)
def build() -> dict[str, Any]:
    """The document; made once, since the table does not change."""
    paths: dict[str, dict[str, Any]] = {}
    for each in CALLS:
        paths.setdefault(f"/api/v1{each.path}", {})[each.method.lower()] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Incident coordination",
            "version": VERSION,
            "description": "Complaints in, incidents out. Times are RFC 3339 with offset, UTC out; money is "
            "a decimal string; lists are cursor-paged; writes accept `Idempotency-Key`.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "tags": [{"name": tag} for tag in TAGS],
        "paths": paths,
        "components": {
            "schemas": _models()[1],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {str(status): _refusal(status) for status in REFUSALS},
        },
    }


def _refusal(status: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "description": REFUSALS[status],
        "content": {problems.MIME: {"schema": {"$ref": REF + "Problem"}}},
    }
    if status in (429, 503):
        found["headers"] = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}}
    return found


def _operation(call: Call) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": call.name,
        "tags": [call.tag],
        "summary": call.summary,
        "description": f"Needs the permission `{call.needs}`.",
        "parameters": [*_path_parameters(call), *query_parameters(call), *_headers(call)],
        "responses": {
            **{str(status): _answer(model, call) for status, model in call.answers.items()},
            **{str(status): {"$ref": f"#/components/responses/{status}"} for status in refusals(call)},
        },
    }
    if call.body is not None:
        schema = _models()[0][call.body, "validation"]
        found["requestBody"] = {
            "required": not call.body_optional,
            "description": f"At most {call.limit // MIB} MiB.",
            "content": {mime: {"schema": _sent(call, schema)} for mime in call.content_types},
        }
    return found


def _sent(call: Call, schema: dict[str, Any]) -> dict[str, Any]:
    """Lines of JSON are text to OpenAPI; each line is described by `contentSchema`."""
    if call.content_types in (("application/json",), PARTS):
        return schema
    return {"type": "string", "description": "One JSON object a line.", "contentSchema": schema}


def _answer(model: type[BaseModel], call: Call) -> dict[str, Any]:
    schema = _models()[0][model, "serialization"]
    if call.sends_file:
        return {
            "description": (model.__doc__ or "").strip(),
            "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
        }
    found: dict[str, Any] = {
        "description": (model.__doc__ or "").strip(),
        "content": {"application/json": {"schema": schema}},
    }
    if call.method != "GET":
        about = "`true` where this is the kept answer to an equal request."
        found["headers"] = {"Idempotent-Replayed": {"description": about, "schema": {"type": "string"}}}
    return found


def _path_parameters(call: Call) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": PARAMETERS[name][1]}
        for name in call.parameters
    ]


def query_parameters(call: Call) -> list[dict[str, Any]]:
    """The query string's fields as OpenAPI parameters."""
    if call.query is None:
        return []
    _ref, defs = _models()
    fields = defs[call.query.__name__]["properties"]
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "schema": {key: value for key, value in schema.items() if key not in ("many", "title")},
            **({"style": "form", "explode": True} if schema.get("many") else {}),
        }
        for name, schema in fields.items()
    ]


def _headers(call: Call) -> list[dict[str, Any]]:
    if call.method == "GET":
        return []
    schema = {"type": "string", "minLength": 1, "maxLength": 255}
    found = [{"name": "Idempotency-Key", "in": "header", "required": False, "schema": schema}]
    if call.if_match:
        found.append({"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}})
    return found


def openapi() -> Response:
    """`/api/openapi.json`; open to all, it holds no data."""
    response = problems.as_json(build(), 200)
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def fields(call: Call) -> list[dict[str, Any]]:
    """The body's fields for the page: name, kind, required."""
    if call.body is None:
        return []
    schema = _models()[1][call.body.__name__]
    return [
        {"name": name, "kind": kind(each), "required": name in schema.get("required", [])}
        for name, each in schema["properties"].items()
    ]


def kind(schema: dict[str, Any]) -> str:
    """A schema in a few words, the same in every language: `string ≤ 300`, `"a" | "b"`."""
    if "$ref" in schema:
        return kind(_models()[1][schema["$ref"].removeprefix(REF)])
    if "enum" in schema:
        return " | ".join(f'"{value}"' if isinstance(value, str) else str(value) for value in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(kind(each) for each in schema["anyOf"]))
    if schema.get("type") == "array":
        return f"[{kind(schema.get('items', {}))}]"
    return _plain(schema)


def _plain(schema: dict[str, Any]) -> str:
    if "properties" in schema:
        return "{" + ", ".join(schema["properties"]) + "}"
    name = schema.get("format") or schema.get("type") or "any"
    if "maxLength" in schema:
        return f"{name} ≤ {schema['maxLength']}"
    if "minimum" in schema:
        return f"{name} {schema['minimum']}…{schema.get('maximum', '')}"
    return str(name)


def page() -> str:
    """`/api/docs`: every call, in the reader's language."""
    language = problems.locale()
    groups: dict[str, list[Call]] = {}
    for each in sorted(CALLS, key=lambda each: TAGS.index(each.tag)):
        groups.setdefault(each.tag, []).append(each)
    return render_template(
        "api/docs.html",
        language=language.replace("_", "-"),
        say=lambda message: i18n.say(message, language),
        groups=groups,
        fields=fields,
        parameters=query_parameters,
        kind=kind,
        refusals=refusals,
        reasons=REFUSALS,
        slugs=problems.SLUGS,
    )


def problem(slug: str) -> AnyResponse:
    """`/problems/<slug>`, where a problem's `type` leads: the place on the page that explains it."""
    if slug not in problems.SLUGS.values():
        raise errors.NotFound(N_("There is no such address."))
    return redirect(f"/api/docs#problem-{slug}")
