"""What people do to channels by hand, without the app knowing beforehand: make, rename, archive, delete,
invite, remove, join, leave."""

import sqlite3

from incident.slack.sandbox import channels, governing, identity, personas, refusals
from incident.slack.sandbox import workspace as workspaces


def create(workspace: workspaces.Workspace, *, user: str, name: str, private: bool = False) -> str:
    """A channel of a person's own; returns its id."""
    with workspace.store.writing() as db:
        _must_be_full_member(db, user)
        return channels.create(db, name, kind="private" if private else "public", creator=user)


def join(workspace: workspaces.Workspace, *, user: str, channel: str) -> None:
    """A person joins a public channel; nothing happens when they are in it."""
    with workspace.store.writing() as db:
        row = channels.find(db, channel, viewer=user)
        channels.must_be_open(row)
        governing.add(db, workspace, row, user, by=user)


def leave(workspace: workspaces.Workspace, *, user: str, channel: str) -> None:
    """A person leaves a channel."""
    with workspace.store.writing() as db:
        row = channels.find(db, channel, viewer=user)
        channels.must_be_named(row)
        governing.remove(db, workspace, row, user, by=user)


def invite(workspace: workspaces.Workspace, *, user: str, channel: str, person: str) -> None:
    """A member brings somebody in: a colleague, a guest, the app itself, or somebody of another
    workspace with whom the channel is then shared."""
    with workspace.store.writing() as db:
        row = _theirs(db, user, channel)
        found = personas.find(db, person)
        if found is None or found["deleted"]:
            raise refusals.Refusal("user_not_found")
        governing.add(db, workspace, row, person, by=user)


def remove(workspace: workspaces.Workspace, *, user: str, channel: str, person: str) -> None:
    """A member removes another, or the app."""
    with workspace.store.writing() as db:
        row = _theirs(db, user, channel)
        if row["id"] == identity.GENERAL:
            raise refusals.Refusal("cant_kick_from_general")
        governing.remove(db, workspace, row, person, by=user)


def rename(workspace: workspaces.Workspace, *, user: str, channel: str, name: str) -> None:
    """A member gives a channel another name."""
    with workspace.store.writing() as db:
        governing.rename(db, workspace, _theirs(db, user, channel), name, by=user)


def topic(workspace: workspaces.Workspace, *, user: str, channel: str, text: str) -> None:
    """A member sets the line under the channel's name."""
    with workspace.store.writing() as db:
        governing.set_text(db, _theirs(db, user, channel), field="topic", value=text, by=user)


def archive(workspace: workspaces.Workspace, *, user: str, channel: str) -> None:
    """A member archives a channel."""
    with workspace.store.writing() as db:
        governing.archive(db, workspace, _theirs(db, user, channel), by=user)


def unarchive(workspace: workspaces.Workspace, *, user: str, channel: str) -> None:
    """A person reopens an archived channel."""
    with workspace.store.writing() as db:
        _must_be_full_member(db, user)
        row = channels.find(db, channel, viewer=user)
        governing.unarchive(db, workspace, row, by=user)


def delete(workspace: workspaces.Workspace, *, user: str, channel: str) -> None:
    """A person deletes a channel for good, archived or not."""
    with workspace.store.writing() as db:
        _must_be_full_member(db, user)
        row = channels.find(db, channel, viewer=user)
        channels.must_be_named(row)
        governing.delete(db, workspace, row, by=user)


def direct(workspace: workspaces.Workspace, *, user: str, person: str) -> str:
    """A person opens the direct message with another; returns it."""
    with workspace.store.writing() as db:
        found = personas.find(db, person)
        if found is None or found["deleted"]:
            raise refusals.Refusal("user_not_found")
        channel, _ = channels.open_direct(db, [user, person], creator=user)
    return channel


def _theirs(db: sqlite3.Connection, user: str, channel: str) -> sqlite3.Row:
    """A channel that a full member is in."""
    row = channels.find(db, channel, viewer=user)
    channels.must_be_named(row)
    channels.must_be_member(db, row, user)
    _must_be_full_member(db, user)
    return row


def _must_be_full_member(db: sqlite3.Connection, user: str) -> None:
    person = personas.find(db, user)
    if person is None or person["deleted"]:
        raise refusals.Refusal("user_not_found")
    if person["is_guest"] or person["team"] != identity.TEAM:
        raise refusals.Refusal("user_is_restricted")
