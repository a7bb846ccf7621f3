"""Assembly of the application: create_app() and register_*(); nobody imports this module."""

from __future__ import annotations

import hashlib
import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Any

import django_htmx
from flask import Flask, Response, abort, has_request_context, request, send_file, url_for
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined

from blueprints import (
    accounts,
    complaints,
    disclosure,
    duty,
    home,
    hotline,
    inspection,
    knowledge,
    notices,
    portal,
    registry,
    rulebook,
)
from core import authz
from core.backup.commands import backup
from core.db import db, init_database
from core.errors import register_error_handlers
from core.fonts import fonts
from core.forms import register_forms
from core.health import register_health
from core.jobs import jobs
from core.search import is_ours
from core.wording import moment_words

FEATURES = (
    accounts, rulebook, registry, notices, duty, knowledge, complaints, disclosure, hotline, inspection,
    portal, home,
)  # fmt: skip
ICONS = "icons/bootstrap-icons.svg"
HTMX_CDN = "https://cdn.jsdelivr.net/npm/htmx.org@2.0.10/dist/htmx.min.js"
HTMX_INTEGRITY = "sha384-H5SrcfygHmAuTDZphMHqBJLc3FhssKjG7w/CeCpFReSfwBWDTKpkzPP8c+cLsK+V"


class App(Flask):
    """Flask, with addresses built once: a page names dozens, and most are those of the page before."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._address = lru_cache(maxsize=8192)(self._build_address)

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """As Flask's; an address within the site depends on nothing but these values and where the site is
        mounted."""
        values = {k: v for k, v in values.items() if v is not None}
        if endpoint.startswith(".") or not has_request_context() or any(k.startswith("_") for k in values):
            return super().url_for(endpoint, **values)
        try:
            types = tuple(map(type, values.values()))
            return self._address(request.script_root, endpoint, types, tuple(values.items()))
        except TypeError:  # a list among the values cannot be remembered
            return super().url_for(endpoint, **values)

    def _build_address(
        self, _root: str, endpoint: str, _types: tuple[type, ...], values: tuple[tuple[str, Any], ...]
    ) -> str:
        return super().url_for(endpoint, **dict(values))


def create_app(overrides: dict[str, Any] | None = None) -> Flask:
    """The WSGI application. `overrides` replaces settings (tests); the rest comes from the environment."""
    instance = Path(os.environ.get("INSTANCE_DIR") or Path(__file__).parent / "instance")
    app = App(__name__, instance_path=str(instance.resolve()))
    instance.mkdir(parents=True, exist_ok=True)
    register_settings(app, overrides or {})
    register_extensions(app)
    register_features(app)
    register_static_versions(app)
    register_security(app)
    authz.check_routes(app)
    return app


def register_settings(app: Flask, overrides: dict[str, Any]) -> None:
    """Defaults, then the environment, then `overrides`."""
    env = os.environ
    instance = Path(app.instance_path)
    cdn = env.get("HTMX_CDN_URL", HTMX_CDN)
    app.config.update(
        SECRET_KEY=env.get("SECRET_KEY") or None,
        SQLALCHEMY_DATABASE_URI=env.get("DATABASE_URL") or f"sqlite:///{instance / 'app.db'}",
        FILES_DIR=env.get("FILES_DIR") or str(instance / "files"),
        PRODUCT_NAME="供电供气供水服务监管",
        HTMX_CDN_URL=cdn,
        HTMX_INTEGRITY=HTMX_INTEGRITY,
        HTMX_SOURCE=env.get("HTMX_SOURCE", "cdn"),
        BOOTSTRAP_SERVE_LOCAL=True,
        TRUSTED_HOSTS=env["TRUSTED_HOSTS"].split(",") if env.get("TRUSTED_HOSTS") else None,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=env.get("HTTPS", "") == "1",
        WTF_CSRF_TIME_LIMIT=None,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
        MAX_CONTENT_LENGTH=64 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        PASSWORD_MIN_LENGTH=int(env.get("PASSWORD_MIN_LENGTH", "10")),
        PASSWORD_MAX_AGE_DAYS=int(env.get("PASSWORD_MAX_AGE_DAYS", "180")),
        PUBLIC_URL=env.get("PUBLIC_URL", ""),
        SMTP_HOST=env.get("SMTP_HOST", ""),
        SMTP_PORT=int(env.get("SMTP_PORT", "25")),
        SMTP_FROM=env.get("SMTP_FROM", ""),
        JOBS_DIR=env.get("JOBS_DIR") or str(instance / "jobs"),
        JOBS_IN_PROCESS=env.get("JOBS_IN_PROCESS", "1") != "0",
        MIGRATIONS=env.get("FLASK_RUN_FROM_CLI") == "true",
    )
    app.config.update(overrides)
    if not app.config["SECRET_KEY"]:
        app.config["SECRET_KEY"] = _kept_secret(instance / "secret.key")


def _kept_secret(path: Path) -> str:
    """The key of this installation, made at the first start and readable by its owner alone."""
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_hex(32))
    return path.read_text().strip()


def register_extensions(app: Flask) -> None:
    """Database, migrations, CSRF, Bootstrap, forms, error pages, health, the local htmx."""
    init_database(app)
    if app.config["MIGRATIONS"]:
        from flask_migrate import Migrate  # 11 MB that a serving process does not need

        Migrate(app, db, render_as_batch=True, include_name=is_ours)
    CSRFProtect(app)
    Bootstrap5(app)
    register_forms(app)
    register_error_handlers(app)
    register_health(app)
    app.cli.add_command(backup)
    app.cli.add_command(fonts)
    app.cli.add_command(jobs)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    htmx_file = Path(django_htmx.__file__).parent / "static/django_htmx/htmx-2.min.js"

    icons_file = Path(app.blueprints["bootstrap"].static_folder or "") / ICONS

    @app.get("/icons.svg")
    @authz.public
    def icons() -> Response:
        """The icons of the installed package, under an address short enough for thirty of them on a page."""
        return send_file(icons_file, mimetype="image/svg+xml", max_age=31_536_000)

    @app.get("/assets/htmx.js")
    @authz.public
    def htmx_local() -> Response:
        """The pinned htmx from the installed package, for networks that do not reach the CDN."""
        return send_file(htmx_file, mimetype="text/javascript", max_age=31_536_000)


def register_features(app: Flask) -> None:
    """Each feature brings its routes, commands and event subscriptions; links upward are wired here."""
    for feature in FEATURES:
        feature.register(app)
    app.jinja_env.filters["moment"] = moment_words
    app.jinja_env.globals["clause_url"] = lambda clause: url_for("rulebook.clause", clause_id=clause)


def register_static_versions(app: Flask) -> None:
    """Static files are kept for a year under an address that changes with their content."""
    versions: dict[str, str] = {}

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        name = ICONS if endpoint == "icons" else values.get("filename")
        folder = app.static_folder if endpoint == "static" else None
        if endpoint in ("bootstrap.static", "icons"):
            folder = app.blueprints["bootstrap"].static_folder
        if not folder or not name or "v" in values:
            return
        path = Path(folder) / name
        if name not in versions and path.is_file():
            versions[name] = hashlib.sha256(path.read_bytes()).hexdigest()[:6]
        values["v"] = versions.get(name, "0")


def _content_security_policy(app: Flask) -> str:
    cdn = app.config["HTMX_CDN_URL"] if app.config["HTMX_SOURCE"] == "cdn" else ""
    return (
        f"default-src 'self'; script-src 'self' {cdn}; style-src 'self'; img-src 'self' data:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def register_security(app: Flask) -> None:
    """Headers of every answer; private pages are never stored by a browser or proxy."""
    policy = _content_security_policy(app)

    @app.before_request
    def refuse_control_characters() -> None:
        """No address holds control characters; they could be neither stored nor shown."""
        for value in request.args.values():
            if any(ord(c) < 32 and c not in "\t\r\n" for c in value):
                abort(400)

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("X-Frame-Options", "DENY")
        endpoint = request.endpoint or ""
        if not (endpoint.endswith("static") or endpoint == "htmx_local"):
            headers["Cache-Control"] = "no-store"
            response.vary.add("HX-Request")
        return response
