"""The one address that Slack calls: guarded, signed, each request taken once, then handed to Bolt."""

import logging
from functools import partial

import flask
from flask import Blueprint, Flask, Response, request
from slack_bolt.adapter.flask import SlackRequestHandler
from slack_sdk.signature import SignatureVerifier
from werkzeug.exceptions import RequestEntityTooLarge

from incident import clock
from incident.settings import Settings
from incident.slack import app as bolt_app
from incident.slack import envelopes, inspecting, receipts, registry

log = logging.getLogger(__name__)
BODY_LARGEST = 1_048_576  # bytes; a view with its state is at most 250 KB
REPLAY_SECONDS = 300  # docs.slack.dev/authentication/verifying-requests-from-slack
blueprint = Blueprint("slack", __name__)


def init_app(app: Flask, settings: Settings) -> None:
    """Take Slack's requests at `POST /slack/events`."""
    app.extensions["slack_handler"] = SlackRequestHandler(bolt_app.build(settings, app.extensions["house"]))
    app.extensions["slack_verifier"] = SignatureVerifier(settings.signing_secret)
    app.extensions["slack_inspect"] = partial(inspecting.inspect, settings)
    app.extensions["slack_scopes"] = registry.reasons()
    app.register_blueprint(blueprint)


@blueprint.post("/slack/events")
def events() -> Response:
    """A command, a press, a modal or an event; 400 for what Slack does not send, 401 for who is not Slack."""
    request.max_content_length = BODY_LARGEST
    try:
        body = request.get_data()
    except RequestEntityTooLarge:
        return _plain(413, "The body is larger than anything Slack sends.")
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    if timestamp and not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 16):
        return _plain(400, "The timestamp is not a number.")
    try:
        envelope = envelopes.read(body, form=request.mimetype == "application/x-www-form-urlencoded")
    except envelopes.Malformed:
        return _plain(400, "The body is not what Slack sends.")
    if isinstance(envelope, envelopes.SslCheck):
        return _plain(200, "")
    if not _signed(body, timestamp):
        return _plain(401, "The request is not signed by Slack, or too old.")
    return _take(envelope)


def _take(envelope: envelopes.Envelope | None) -> Response:
    """Handle what is really from Slack, once."""
    if envelope is None:
        return _plain(404, "There is no use for this kind of request.")
    repeated = isinstance(envelope, envelopes.EventCallback)  # of events alone Slack sends repeats
    if isinstance(envelope, envelopes.EventCallback) and envelope.ours:
        return _plain(200, "")  # ten and more of them for each incident: nothing is done, and nothing noted
    if envelope.once and not receipts.first(envelope.once, to_finish=repeated):
        return _plain(200, "")
    answer = _handle(envelope)
    if envelope.once and answer.status_code >= 500:
        receipts.forget(envelope.once)  # nothing was done, so Slack's repeat must find the door open
    elif repeated:
        receipts.finish(envelope.once)
    return answer


def _signed(body: bytes, timestamp: str) -> bool:
    signature = request.headers.get("X-Slack-Signature", "")
    secret = flask.current_app.extensions["settings"].signing_secret
    # with Socket Mode there may be no secret, and what is signed with an empty one is signed by anybody
    if not timestamp or not secret or not signature.isascii():
        return False
    if abs(clock.now().timestamp() - int(timestamp)) > REPLAY_SECONDS:
        return False
    verifier: SignatureVerifier = flask.current_app.extensions["slack_verifier"]
    return verifier.is_valid(body=body, timestamp=timestamp, signature=signature)


def _handle(envelope: envelopes.Envelope) -> Response:
    flask.g.slack = envelope
    try:
        answer: Response = flask.current_app.extensions["slack_handler"].handle(request)
    except Exception:
        # The last handler of this edge. Bolt answers 500 itself when a listener fails; what it raises here
        # it raises while reading fields that we do not: the body is not what Slack sends.
        log.exception("Bolt could not read a request from Slack")
        return _plain(400, "The body is not what Slack sends.")
    return answer


def _plain(status: int, text: str) -> Response:
    return Response(text, status, mimetype="text/plain")
