"""Collects the texts of code and templates into the catalogue, and says what is wrong with the catalogue.

Babel's own reader of Python does not see a call inside an f-string, so Python is read from its syntax tree
here; templates are read by Jinja, which must not skip one that it cannot parse.
"""

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path

import click
from babel.messages import pofile
from babel.messages.catalog import Catalog, Message
from jinja2.ext import babel_extract

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "translations/zh_CN/LC_MESSAGES/messages.po"
MARKS = {"_", "N_", "gettext", "say"}  # their first argument is a message id
PLURAL_MARKS = {"ngettext": 2}
OWN_WORDS = ROOT / "incident/slack/sandbox"  # a stand-in for Slack, with a table of words of its own
TEMPLATE_OPTIONS = {"extensions": "jinja2.ext.do", "silent": "false", "trimmed": "true"}
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
CHINESE = re.compile(r"[\u3400-\u9fff]")
SENTENCE = re.compile(r"[a-z]+ [a-z]+")
HEADER = """# The interface in Chinese. `make translations` collects the message ids.
msgid ""
msgstr ""
"Language: zh_CN\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
MessageId = str | tuple[str, str]


def collected() -> Catalog:
    """Every message id of the code and the templates, without translations."""
    found = Catalog(locale="zh_CN")
    for id_ in _all():
        found.add(id_)
    return found


def updated() -> Catalog:
    """The message ids of now with the translations that the catalogue has for them."""
    old = _read()
    new = collected()
    for message in new:
        had = old.get(message.id if isinstance(message.id, str) else message.id[0])
        if message.id and had is not None and bool(had.pluralizable) == bool(message.pluralizable):
            message.string = had.string
    return new


def write(catalogue: Catalog) -> None:
    """Write the catalogue: sorted, a line a text, without places and dates: a change stays small."""
    body = io.BytesIO()
    pofile.write_po(body, catalogue, width=0, sort_output=True, omit_header=True, no_location=True)
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    CATALOGUE.write_text(HEADER + body.getvalue().decode().rstrip("\n") + "\n", encoding="utf-8")


def faults() -> list[str]:
    """What is wrong with the catalogue as it stands, one line a message; empty when it is whole."""
    wanted, old = collected(), _read()
    found = [f"not in the catalogue: {_key(each)}" for each in wanted if each.id and _key(each) not in old]
    found += [f"no longer used: {_key(each)}" for each in old if each.id and _key(each) not in wanted]
    return found + [f"{fault}: {_key(each)}" for each in old if each.id for fault in _wrong(each)]


def _wrong(message: Message) -> Iterator[str]:
    said = [message.string or ""] if isinstance(message.string, str | None) else [*message.string]
    if not all(said):
        yield "not translated"
        return
    most = message.id if isinstance(message.id, str) else message.id[-1]
    if any(set(PLACEHOLDER.findall(each)) != set(PLACEHOLDER.findall(most)) for each in said):
        yield "other placeholders"
    if any(SENTENCE.search(PLACEHOLDER.sub("", each)) and not CHINESE.search(each) for each in said):
        yield "still in English"
    if message.fuzzy:
        yield "fuzzy"


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _read() -> Catalog:
    if not CATALOGUE.exists():
        return Catalog(locale="zh_CN")
    with CATALOGUE.open("rb") as file:
        return pofile.read_po(file, locale="zh_CN")


def _all() -> Iterator[MessageId]:
    for path in [ROOT / "app.py", *sorted((ROOT / "incident").rglob("*.py"))]:
        if not path.is_relative_to(OWN_WORDS):
            yield from _of_python(ast.parse(path.read_text(encoding="utf-8"), str(path)))
    for path in sorted((ROOT / "templates").rglob("*.html")):
        with path.open("rb") as file:
            for _line, function, found, _comments in babel_extract(
                file, [*MARKS, *PLURAL_MARKS], [], TEMPLATE_OPTIONS
            ):
                yield from _of_template(function, found)


def _of_template(function: str | None, found: object) -> Iterator[MessageId]:
    if isinstance(found, tuple):
        texts = [each for each in found if isinstance(each, str)]
        if function in PLURAL_MARKS and len(texts) > 1:
            yield texts[0], texts[1]
        elif texts:
            yield texts[0]
    elif isinstance(found, str) and found:
        yield found


def _of_python(tree: ast.AST) -> Iterator[MessageId]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _of_call(node)


def _of_call(node: ast.Call) -> Iterator[MessageId]:
    name = _name(node.func)
    texts = [
        each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]
    first = bool(node.args) and isinstance(node.args[0], ast.Constant)
    if name in PLURAL_MARKS and len(texts) > 1:
        yield texts[0], texts[1]
    elif name in MARKS and texts and first:
        yield texts[0]


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; fail when the catalogue is not whole.")
def main(check: bool) -> None:
    """Collect the texts into the catalogue and list what is not translated."""
    if not check:
        write(updated())
    found = faults()
    for each in found:
        click.echo(each)
    click.echo(f"{len(collected())} texts, {len(found)} faults")
    raise SystemExit(bool(found))


if __name__ == "__main__":
    main()
