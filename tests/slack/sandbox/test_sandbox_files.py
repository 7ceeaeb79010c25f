"""Files: uploaded in three steps by the app or at once by a person, described, fetched with the token,
taken back."""

import json
import urllib.error
import urllib.request

import pytest

from incident.slack.sandbox import files

EVENTS = ("file_shared", "message.channels")


def fetch(url, *, token=None):
    """Status, kind and body of an address, redirects followed as most programs do."""
    request = urllib.request.Request(url)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers["Content-Type"].partition(";")[0], answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, "", error.read()


def post(url, content):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=content)) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_the_sdks_upload_puts_a_file_into_a_thread_of_a_channel(town):
    channel, client = town.incident_channel("inc-1", "U0BOB"), town.client()
    parent = client.chat_postMessage(channel=channel, text="evidence")["ts"]
    uploaded = client.files_upload_v2(
        channel=channel, thread_ts=parent, content="day,calls\n1,5\n", filename="calls.csv", title="Calls"
    )
    file = client.files_info(file=uploaded["file"]["id"])["file"]
    assert (file["name"], file["title"], file["filetype"], file["size"]) == ("calls.csv", "Calls", "csv", 14)
    assert (file["channels"], file["is_public"]) == ([channel], True)
    [_, reply] = client.conversations_replies(channel=channel, ts=parent)["messages"]
    assert reply["files"][0]["id"] == file["id"]
    assert fetch(file["url_private_download"], token="xoxb-sandbox") == (200, "text/csv", b"day,calls\n1,5\n")


def test_without_the_token_the_address_leads_to_a_page_and_not_to_the_file(town):
    told = town.control(
        "share", {"user": "U0BOB", "channel": "C0GENERAL", "name": "a.txt", "content": "secret"}
    )
    status, kind, body = fetch(told["message"]["files"][0]["url_private"])
    assert (status, kind, b"secret" in body) == (200, "text/html", False)


def test_a_file_a_person_shares_is_heard_of_and_shown(build):
    town = build(subscriptions=EVENTS)
    channel = town.incident_channel("inc-1", "U0BOB")
    town.control(
        "share",
        {"user": "U0BOB", "channel": channel, "name": "call.mp3", "content_base64": "AAEC", "text": "listen"},
    )
    assert town.control("wait", {"seconds": 5})["quiet"]
    said, shared = (one["event"] for one in town.stand_in.received)
    assert (said["subtype"], said["text"], said["files"][0]["mimetype"]) == (
        "file_share",
        "listen",
        "audio/mpeg",
    )
    assert (shared["type"], shared["user_id"], shared["channel_id"]) == ("file_shared", "U0BOB", channel)
    found = town.client().files_info(file=shared["file_id"])["file"]
    assert fetch(found["url_private"], token="xoxb-sandbox")[2] == b"\x00\x01\x02"
    assert town.client().files_list(channel=channel)["files"][0]["id"] == shared["file_id"]


def test_the_bytes_must_be_as_many_as_were_announced_and_come_once(town):
    client = town.client()
    ticket = client.files_getUploadURLExternal(filename="a.txt", length=3)
    assert post(ticket["upload_url"], b"four") == 400
    assert town.refusal("files.completeUploadExternal", files=json.dumps([{"id": ticket["file_id"]}]))[
        "error"
    ] == ("file_not_found")
    assert post(ticket["upload_url"], b"abc") == 200
    client.files_completeUploadExternal(files=[{"id": ticket["file_id"]}])
    assert post(ticket["upload_url"], b"abc") == 404


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({"filename": "a", "length": "0"}, "missing_argument"),
        ({"filename": "a", "length": str(files.LARGEST + 1)}, "file_upload_size_restricted"),
        ({"filename": "a", "length": "1", "alt_txt": "x" * 1001}, "alt_txt_too_large"),
    ],
)
def test_an_upload_slack_would_not_take_is_refused(town, args, error):
    assert town.refusal("files.getUploadURLExternal", **args)["error"] == error


def test_a_file_in_a_private_channel_is_not_there_for_an_app_outside(town):
    closed = town.control("create", {"user": "U0BOB", "name": "closed", "private": True})["channel"]
    told = town.control("share", {"user": "U0BOB", "channel": closed, "name": "a.txt", "content": "x"})
    file = told["message"]["files"][0]
    assert town.refusal("files.info", file=file["id"])["error"] == "file_not_found"
    assert fetch(file["url_private"], token="xoxb-sandbox")[0] == 404


def test_a_deleted_file_leaves_a_tombstone_and_only_its_owner_deletes_it(town):
    channel, client = town.incident_channel("inc-1", "U0BOB"), town.client()
    theirs = town.control("share", {"user": "U0BOB", "channel": channel, "name": "a.txt", "content": "x"})
    refusal = town.refusal("files.delete", file=theirs["message"]["files"][0]["id"])
    assert refusal["error"] == "cant_delete_file"
    mine = client.files_upload_v2(channel=channel, content="x", filename="b.txt")["file"]["id"]
    client.files_delete(file=mine)
    assert town.refusal("files.info", file=mine)["error"] == "file_deleted"
    [message, *_] = client.conversations_history(channel=channel)["messages"]
    assert message["files"] == [{"id": mine, "mode": "tombstone"}]


def test_both_addresses_of_files_can_be_made_to_fail(town):
    told = town.control("share", {"user": "U0BOB", "channel": "C0GENERAL", "name": "a.txt", "content": "x"})
    town.control("faults", {"method": "files.download", "kind": "503", "times": 1})
    address = told["message"]["files"][0]["url_private"]
    assert [fetch(address, token="xoxb-sandbox")[0] for _ in range(2)] == [503, 200]
