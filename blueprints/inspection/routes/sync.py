"""What tablets ask and send (F6.2b), as JSON: a check once opened, answers and photos with receipts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import Response, abort, current_app, jsonify, request
from flask_wtf.csrf import generate_csrf
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import FileStorage

from blueprints.accounts.sessions import me
from blueprints.inspection.models import SiteCheck, Tablet
from blueprints.inspection.queries import checks as queries
from blueprints.inspection.routes import blueprint
from blueprints.inspection.service import checking, entries, tablets
from blueprints.inspection.views import check_data
from core import clock
from core.authz import Permission, requires
from core.db import db, transaction
from domain.errors import InvalidInput, RuleViolation

CHECK = "/checks/<int(max=2147483647):site_check_id>"
LARGEST_BODY = 1024 * 1024
MOST_AT_ONCE = 200
Answer = Response | tuple[Response, int]


def own_or_404(check_id: int) -> SiteCheck:
    """A check of the own regulator; others' do not exist."""
    found = queries.check_at_work(check_id, me())
    if found is None:
        abort(404)
    return found


def told(act: Callable[[], dict[str, Any]]) -> Answer:
    """The answer as JSON, or the refusal with its sentence: 403 revoked, 409 by rule, 422 odd input."""
    try:
        return _json(act())
    except tablets.Revoked as refused:
        return _refusal(refused, "revoked", 403)
    except RuleViolation as refused:
        return _refusal(refused, "refused", 409)
    except InvalidInput as odd:
        return jsonify(code="odd", message=odd.message), 422
    except IntegrityError:
        return jsonify(code="again", message="同一内容正在另一次发送里处理，请稍后再发送。"), 409


def _json(found: dict[str, Any]) -> Response:
    """In the order in which it was written: kinds and options are shown as the checklist has them."""
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    return current_app.response_class(text, mimetype="application/json")


def _refusal(refused: RuleViolation, code: str, status: int) -> Answer:
    more = {"clause": refused.clause, "next_step": refused.next_step}
    return jsonify(code=code, message=refused.message, **more), status


def _body() -> dict[str, Any]:
    """The JSON object that was sent. Errors: InvalidInput."""
    if (request.content_length or 0) > LARGEST_BODY:
        raise InvalidInput("一次发送的内容太多。")
    try:
        found = json.loads(request.get_data(cache=False))
    except (ValueError, RecursionError):
        raise InvalidInput("发送的内容无法识别。") from None
    if not isinstance(found, dict):
        raise InvalidInput("发送的内容无法识别。")
    return found


def _whole(value: object, what: str, most: int = 2**31 - 1) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise InvalidInput(f"{what}的格式不对。")
    return value


def _same_person(user_id: object) -> None:
    if user_id != me().id:
        raise RuleViolation(
            "这些内容是另一位检查人员记录的，不能用您的账号发送。", checking.CLAUSE, "请由本人登录后发送。"
        )


@blueprint.get(f"{CHECK}/data.json")
@requires(Permission.CHECK_ACT)
def check_data_json(site_check_id: int) -> Answer:
    """Everything that a tablet needs to go on without network."""
    check = own_or_404(site_check_id)

    def act() -> dict[str, Any]:
        checking.require_place(check, me())
        if key := request.args.get("tablet"):
            tablets.require_trusted(tablets.key_of(key), by=me())
        return check_data.whole(check, me(), clock.now()) | {"csrf": generate_csrf()}

    return told(act)


@blueprint.post(f"{CHECK}/entries")
@requires(Permission.CHECK_ACT)
def send_entries(site_check_id: int) -> Answer:
    """A batch of answers: a receipt for each that was kept, a reason for each that was not, and what the
    others sent since."""
    check = own_or_404(site_check_id)

    def act() -> dict[str, Any]:
        checking.require_place(check, me())
        body = _body()
        _same_person(body.get("user"))
        raw, since = body.get("entries", []), _whole(body.get("since", 0), "位置")
        if not isinstance(raw, list) or len(raw) > MOST_AT_ONCE:
            raise InvalidInput(f"一次最多发送 {MOST_AT_ONCE} 条。")
        with transaction():
            tablet = _seen(body.get("device"))
            entries.hold(check)
            receipts, refused = _keep_all(check, raw, tablet)
            _note_waiting(check, body.get("waiting", 0))
            db.session.flush()
            done = {"receipts": receipts, "refused": refused, "skew": tablet.skew}
            return check_data.since(check, since, clock.now()) | done

    return told(act)


def _seen(device: object) -> Tablet:
    if not isinstance(device, dict):
        raise InvalidInput("没有写明设备。")
    return tablets.seen(
        device.get("key"), device.get("label", ""), device.get("time"), by=me(), now=clock.now()
    )


def _note_waiting(check: SiteCheck, waiting: object) -> None:
    place = checking.place_of(check, me())
    if place is not None and check.state == "open":
        count, now = _whole(waiting, "件数", 100_000), clock.now()
        if place.waiting != count or place.contact_at is None or now - place.contact_at >= tablets.MOMENT:
            place.waiting, place.contact_at = count, now


def _keep_all(
    check: SiteCheck, raw: list[Any], tablet: Tablet
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Entry by entry: one that is refused does not hold up the others."""
    receipts, refused, new = [], [], 0
    checklist, now = checking.checklist_of(check), clock.now()
    given, odd = _parsed(raw)
    kept = entries.known(given.values())
    for at, one in enumerate(raw):
        try:
            if at in odd:
                raise odd[at]
            row = entries.again(check, given[at], kept, by=me())
            if row is None:
                entries.require_open(check)
                checking.require_inspector(check, me())
                row = entries.add(check, given[at], kept, checklist, by=me(), tablet=tablet, now=now)
                new += 1
        except (InvalidInput, RuleViolation) as why:
            refused.append(check_data.refusal(one, why))
            continue
        receipts.append(check_data.receipt(row))
    if new:
        checking.log("entries", check, {"count": [None, new]}, me(), now)
    return receipts, refused


def _parsed(raw: list[Any]) -> tuple[dict[int, entries.Given], dict[int, InvalidInput]]:
    """Each place of the batch as an entry, or what is wrong with it."""
    given, odd = {}, {}
    for at, one in enumerate(raw):
        try:
            given[at] = entries.parse(one)
        except InvalidInput as why:
            odd[at] = why
    return given, odd


@blueprint.post(f"{CHECK}/photos")
@requires(Permission.CHECK_ACT)
def send_photo(site_check_id: int) -> Answer:
    """One photo, byte for byte; the receipt names the digest of what was received."""
    check = own_or_404(site_check_id)

    def act() -> dict[str, Any]:
        checking.require_place(check, me())
        form, upload = request.form, request.files.get("photo")
        user = form.get("user", "")
        _same_person(int(user) if user.isascii() and user.isdecimal() and len(user) < 10 else 0)
        with transaction():
            now = clock.now()
            device = {"key": form.get("key"), "label": form.get("label", ""), "time": form.get("time")}
            tablet = _seen(device)
            shot = _shot(upload)
            entries.hold(check)
            if queries.photo_of(shot.client_id) is None:
                entries.require_open(check)
                checking.require_inspector(check, me())
            row = entries.keep_photo(
                check, shot, checking.checklist_of(check), by=me(), tablet=tablet, now=now
            )
            checking.log("photo", check, {"sha256": [None, row.sha256]}, me(), now)
        return check_data.receipt(row) | {"id": row.id, "server_time": entries.written(clock.now())}

    return told(act)


def _shot(upload: FileStorage | None) -> entries.Shot:
    if upload is None:
        raise InvalidInput("没有收到照片。")
    form = request.form
    return entries.Shot(
        entries.identifier(form.get("client_id")), form.get("item", ""), form.get("instance", ""),
        (upload.filename or "")[-100:], form.get("sha256", ""), form.get("at", ""),
        upload.stream.read(entries.MOST_PHOTO + 1),
    )  # fmt: skip
