"""One Chinese page a status, which says what happened and how to go on; htmx gets the same as a message."""

from __future__ import annotations

import re
import secrets
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, make_response, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from core.htmx import is_htmx, to_messages, varying
from core.storage import is_full, sqlite_file
from domain.errors import InvalidInput, RuleViolation

ErrorAnswer = Response | HTTPException


class ErrorText(NamedTuple):
    """What a page of one status says."""

    title: str
    message: str
    next_step: str


TEXTS: dict[int, ErrorText] = {
    400: ErrorText("请求不完整", "收到的内容不完整或格式不对，没有处理。", "请返回上一页，检查后重新提交。"),
    401: ErrorText("请先登录", "这个页面需要登录后查看。", "登录后会回到您要看的页面。"),
    403: ErrorText(
        "没有权限",
        "您的岗位不能查看这个页面或办理这一步。",
        "如果工作需要，请联系本单位的账号管理员调整岗位。",
    ),
    404: ErrorText(
        "没有找到",
        "这个页面或这份材料不存在，或者不属于您的单位。",
        "请检查网址是否完整，或者从工作台、清单重新打开。",
    ),
    405: ErrorText(
        "不能这样打开",
        "这个地址只接受页面上按钮的提交，不能直接打开。",
        "请回到原来的页面，用页面上的按钮办理。",
    ),
    409: ErrorText(
        "现在不能这样办", "这项内容的状态已经变化，这一步没有执行。", "请刷新页面，看看最新情况再办理。"
    ),
    413: ErrorText("文件太大", "上传的文件或内容超过了大小限制，没有保存。", "请压缩文件，或者分几次上传。"),
    415: ErrorText(
        "文件类型不对", "这种类型的文件或内容不能处理，没有保存。", "请换成页面上列出的文件类型后重新上传。"
    ),
    422: ErrorText("填写有误", "有的内容不符合要求，没有保存。", "请返回上一页，按提示修改后重新提交。"),
    429: ErrorText("操作太频繁", "短时间内的请求太多，这一次没有处理。", "请稍等一分钟再试。"),
    500: ErrorText(
        "系统出了问题",
        "这一步没有完成，问题已经记录。",
        "请稍后再试。如果一直这样，请把下面的错误编号告诉系统管理员。",
    ),
    503: ErrorText(
        "暂时不能服务",
        "系统正忙或正在维护，这一步没有完成。",
        "请过一两分钟再试，已经提交成功的内容不受影响。",
    ),
    507: ErrorText(
        "存储空间已满",
        "服务器的磁盘已经写满，这一步没有保存，什么也没有留下一半；以前提交成功的内容不受影响。",
        "请先把写好的内容复制下来，再通知系统管理员清理磁盘。腾出空间后不用修复，返回上一页重新提交就行。",
    ),
}
EXPIRED = ErrorText(
    "页面已过期",
    "页面打开的时间太长，或者您已在别处重新登录，为了安全没有处理这次提交。",
    "请返回上一页并刷新，再提交一次。写好的长文字存在本机，返回后可以恢复。",
)
STALE = ErrorText(
    "别人刚刚改过",
    "您打开页面以后，这项内容已经被别人修改，您的修改没有保存。",
    "请返回上一页并刷新，看过最新内容后再修改。写好的长文字存在本机，返回后可以恢复。",
)
_OTHER = ErrorText("没有办成", "这次请求没有处理。", "请返回上一页重试。")
_HAN = re.compile(r"[\u3400-\u9fff]")
_SECRET = re.compile(r"password|token|key|secret", re.IGNORECASE)
_BACK_WITHOUT_TEXT = frozenset({401, 404, 405, 413})


class FullDisk(HTTPException):
    """507, which Werkzeug does not know by itself."""

    code = 507


def register_error_handlers(app: Flask) -> None:
    """Register the pages for HTTP errors, rule refusals, stale forms, a database that does not answer and a
    full disk."""
    app.aborter.mapping[507] = FullDisk
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(RuleViolation, _rule_violation)
    app.register_error_handler(InvalidInput, _invalid_input)
    app.register_error_handler(StaleDataError, _stale_data)
    app.register_error_handler(DBAPIError, _database_trouble)
    app.register_error_handler(OSError, _disk_trouble)


def error_response(
    status: int, text: ErrorText, *, clause: str | None = None, reference: str | None = None
) -> Response:
    """The page of `status`, or for htmx a message that leaves the form alone.

    Rendered without context processors: they may need the very thing that failed.
    """
    template = current_app.jinja_env.get_template("errors/message.html" if is_htmx() else "errors/error.html")
    html = template.render(
        status=status,
        text=text,
        clause=clause,
        reference=reference,
        typed=_typed_text(status),
        back_url=_back_url(),
        home_url=f"{request.script_root}/",
        login_url=_login_url() if status == 401 else None,
    )
    response = varying(make_response(html, status))
    response.headers["Cache-Control"] = "no-store"
    return to_messages(response) if is_htmx() else response


def _http_error(error: HTTPException) -> ErrorAnswer:
    if error.code is None or error.code < 400 or error.response is not None:
        return error
    if isinstance(error, CSRFError):
        return error_response(400, EXPIRED)
    text = TEXTS.get(error.code, _OTHER)
    if error.description and error.description != type(error).description:
        text = text._replace(message=error.description)
    reference = None
    if error.code == 500:
        reference = secrets.token_hex(4)
        current_app.logger.error("错误编号 %s：%s %s", reference, request.method, request.path)
    response = error_response(error.code, text, reference=reference)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After", "WWW-Authenticate"}:
            response.headers[name] = value
    return response


def _rule_violation(error: RuleViolation) -> Response:
    next_step = error.next_step or "请返回上一页，补齐后再办理。"
    return error_response(409, ErrorText("现在不能这样办", error.message, next_step), clause=error.clause)


def _invalid_input(error: InvalidInput) -> Response:
    return error_response(422, TEXTS[422]._replace(message=error.message))


def _stale_data(error: StaleDataError) -> Response:
    return error_response(409, STALE)


def _database_trouble(error: DBAPIError) -> Response:
    """A full disk is 507, a database that does not answer 503; any other error of a statement is ours."""
    if is_full(error.orig, sqlite_file(current_app.config.get("SQLALCHEMY_DATABASE_URI"))):
        return _trouble(507, "磁盘已满", error)
    if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
        return _trouble(503, "数据库不可用", error)
    raise error


def _disk_trouble(error: OSError) -> Response:
    if not is_full(error):
        raise error
    return _trouble(507, "磁盘已满", error)


def _trouble(status: int, what: str, error: Exception) -> Response:
    reference = secrets.token_hex(4)
    current_app.logger.error("错误编号 %s：%s", reference, what, exc_info=error)
    return error_response(status, TEXTS[status], reference=reference)


def _typed_text(status: int) -> list[str]:
    """Words typed into a form of our own pages, shown for copying: nothing secret, no choices, no keys."""
    if request.method != "POST" or status in _BACK_WITHOUT_TEXT or not _from_own_page():
        return []
    try:
        items: list[tuple[str, str]] = list(request.form.items(multi=True))
    except (HTTPException, OSError):
        return []
    return [value for name, value in items if _HAN.search(value) and not _SECRET.search(name)][:20]


def _from_own_page() -> bool:
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _back_url() -> str | None:
    referrer = urlsplit(request.referrer or "")
    if referrer.netloc != request.host or referrer.scheme not in {"http", "https"}:
        return None
    path = referrer.path or "/"
    if path == request.path and request.method == "GET":
        return None
    return path + (f"?{referrer.query}" if referrer.query else "")


def _login_url() -> str | None:
    manager: Any = getattr(current_app, "login_manager", None)
    view = manager.login_view if manager is not None else None
    return url_for(view) if view in current_app.view_functions else None
