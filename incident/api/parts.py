"""Bodies in parts (`multipart/form-data`): the fields checked, the file safe in a draft of the vault."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, cast

from flask import current_app, request
from pydantic import BaseModel
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser, default_stream_factory

from incident import errors
from incident.api import problems
from incident.api.registry import MIB, Call
from incident.errors import N_, Reason
from incident.vault import Draft, Vault

FILE = "file"  # the part that holds a file
OVERHEAD = MIB  # what the fields and the boundaries may take besides the file
FIELDS_LARGEST, PARTS_MOST = 256 * 1024, 20  # bytes of all fields that are no file; parts of one body


@dataclass(frozen=True)
class Sent:
    """What came: the checked fields, and the file with the name and type its sender gave it."""

    fields: Any
    draft: Draft | None = None
    name: str = ""
    claimed: str | None = None

    @property
    def fingerprint(self) -> bytes:
        """The same for an equal request, whatever its boundaries."""
        told: dict[str, Any] = self.fields.model_dump(mode="json")
        told |= {"sha256": self.draft.sha256 if self.draft else None, "name": self.name}
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).digest()


def vault() -> Vault:
    """Where files are kept."""
    found: Vault = current_app.extensions["vault"]
    return found


@contextmanager
def received(call: Call, checked: Any) -> Iterator[Sent]:
    """The request's parts, read as they stream in; a draft that was not kept is gone afterwards.

    `checked` checks a value against a model. Raises TooLarge as soon as too much has come, Unsupported for
    another content type, Malformed where the parts cannot be read.
    """
    sent, opened = Sent(None), list[IO[bytes]]()
    try:
        sent = _read(call, checked, opened)
        yield sent
    finally:
        for each in opened:  # also those of a body that broke off
            each.close()
        if sent.draft is not None:
            vault().drop(sent.draft)


def _read(call: Call, checked: Any, opened: list[IO[bytes]]) -> Sent:
    request.max_content_length = call.limit + OVERHEAD
    if request.mimetype not in call.content_types or "boundary" not in request.mimetype_params:
        raise problems.Unsupported(
            N_("Send %(types)s in UTF-8."),
            types=", ".join(call.content_types),
            reasons=[Reason(N_("This header is wrong or missing."), loc=("header", "Content-Type"))],
        )
    form, files = _parsed(call, opened)
    values, file = _once(form), _file(files)
    names = {FILE: "given"} if file is not None else {}
    fields = checked(cast(type[BaseModel], call.body), {**values, **names})
    if file is None:
        return Sent(fields)
    draft = vault().receive(file.stream, largest=call.limit)
    return Sent(fields, draft, file.filename or "", file.mimetype or None)


def _parsed(call: Call, opened: list[IO[bytes]]) -> tuple[MultiDict[str, str], MultiDict[str, FileStorage]]:
    def spool(
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        opened.append(default_stream_factory(total_content_length, content_type, filename, content_length))
        return opened[-1]

    parser = FormDataParser(
        stream_factory=spool,
        max_form_memory_size=FIELDS_LARGEST,
        max_content_length=call.limit + OVERHEAD,
        max_form_parts=PARTS_MOST,
        silent=False,
    )
    try:
        _stream, form, files = parser.parse(
            request.stream, request.mimetype, request.content_length, request.mimetype_params
        )
    except RequestEntityTooLarge:
        raise errors.TooLarge(
            N_("The body is larger than %(mib)s MiB."), mib=(call.limit + OVERHEAD) // MIB
        ) from None
    except ValueError:
        raise problems.Malformed(N_("The parts of the body cannot be read, or there are none.")) from None
    return form, files


def _once(form: Any) -> dict[str, str]:
    for name, values in form.lists():
        if len(values) > 1 or name == FILE:
            raise _wrong(name)
    return dict(form.items())


def _file(files: Any) -> FileStorage | None:
    given = [(name, each) for name, several in files.lists() for each in several]
    if len(given) > 1 or any(name != FILE for name, _each in given):
        raise _wrong(next((name for name, _each in given if name != FILE), FILE))
    return given[0][1] if given else None


def _wrong(name: str) -> errors.Invalid:
    sentence = N_("This part is given twice, or is no file where one is wanted.")
    return errors.Invalid(N_("The request is not valid."), reasons=[Reason(sentence, loc=(name[:80],))])
