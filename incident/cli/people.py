"""`flask people`, `flask tokens` and `flask duty`: who works here, who may call, who is on duty."""

import sys
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import select

from incident import accounts, administration, clock, duty_import, errors, sheets
from incident.cli import shell
from incident.db import db, unit_of_work
from incident.errors import N_
from incident.models.people import Person, Token
from incident.permissions import SCOPES, Role

people = AppGroup("people", help="People who work with the service.")
tokens = AppGroup("tokens", help="Access tokens for the HTTP API.")
duty = AppGroup("duty", help="The duty roster.")


def register(app: Flask) -> None:
    """Add the groups."""
    for group in (people, tokens, duty):
        app.cli.add_command(group)


@people.command("add")
@click.option("--email", required=True, help="The address to sign in with.")
@click.option("--name", required=True, help="The name others see.")
@click.option("--role", required=True, type=click.Choice([str(role) for role in Role]))
@click.option("--department", help="Code of the department, such as COL.")
@click.option("--slack-id", help="Slack member id, such as U0123ABCD.")
@click.option("--agency", help="The outside collection agency that the person works for.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@shell.tells
def add(
    email: str,
    name: str,
    role: str,
    department: str | None,
    slack_id: str | None,
    agency: str | None,
    password_stdin: bool,
) -> None:
    """Add somebody; without --password-stdin they cannot sign in with a password."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    with unit_of_work():
        person = accounts.add_person(
            email=email,
            name=name,
            role=role,
            password=password,
            department=department.upper() if department else None,
            slack_id=slack_id,
            agency=agency,
            by=shell.ACTOR,
            at=clock.now(),
        )
    click.echo(f"Added {person.name} <{person.email}>, {role}.")


@tokens.command("create")
@click.option("--name", required=True, help="What the token is for; each name occurs once.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(list(SCOPES)), help="May be repeated.")
@click.option("--person", "email", help="E-mail address of the person the token acts as.")
@shell.tells
def create(name: str, scopes: tuple[str, ...], email: str | None) -> None:
    """Make a token and print it, alone, this once."""
    if scopes and email:
        raise click.UsageError("Give --scope or --person, not both.")
    with unit_of_work():
        text = accounts.create_token(
            name=name,
            scopes=list(scopes),
            person=_person(email) if email else None,
            by=shell.ACTOR,
            at=clock.now(),
        )
    click.echo(text)


def _person(email: str) -> Person:
    found = db.session.scalar(select(Person).where(Person.email == email.strip().lower(), Person.active))
    if found is None:
        raise errors.NotFound(N_("Nobody active has the e-mail address %(email)s."), email=email)
    return found


@tokens.command("revoke")
@click.option("--name", required=True, help="The name the token was made with.")
@shell.tells
def revoke(name: str) -> None:
    """End a token at once."""
    with unit_of_work():
        token_id = db.session.scalar(select(Token.id).where(Token.name == name))
        if token_id is None:
            raise errors.NotFound(N_("There is no such token."))
        administration.revoke_token(token_id, by=shell.ACTOR, at=clock.now())
    click.echo(f"Revoked {name}.")


@duty.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@shell.tells
def import_(file: Path) -> None:
    """Add the shifts in FILE (CSV: department, email, starts_at, ends_at; and rank, repeats,
    repeats_until, override)."""
    text = sheets.text_of(file.read_bytes())
    report = duty_import.take(text, by=shell.ACTOR, at=clock.now(), zone=shell.house().zone)
    for line, reasons in report.rejected:
        click.echo(f"line {line}: {'; '.join(map(shell.placed, reasons))}", err=True)
    click.echo(f"added={report.added} rejected={len(report.rejected)}")
    if report.rejected:
        raise click.ClickException(f"{len(report.rejected)} lines were rejected.")
