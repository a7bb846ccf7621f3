"""The house rules that no linter knows: sizes, names, who commits, who reads the request, clean templates."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("app.py", "blueprints", "core", "domain")
OURS = (*PRODUCT, "bench", "migrations", "tests")
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
BELOW_FORMS = {"service", "queries", "models", "workflow", "guards"}
OPEN_TO_OTHERS = BELOW_FORMS | {"events", "views", "labels", "sessions", "people"}


def python_files(*tops: str) -> Iterator[Path]:
    for top in tops:
        path = ROOT / top
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def offences(check: Callable[[ast.Module], list[str]], files: Iterator[Path]) -> list[str]:
    """`file:what` for everything that `check` finds."""
    return [
        f"{relative(path)}:{what}"
        for path in files
        for what in check(ast.parse(path.read_text(encoding="utf-8"), str(path)))
    ]


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of each imported name; a relative import begins with a dot."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            stem = ("." if node.level else "") + (f"{node.module}." if node.module else "")
            yield from ((node.lineno, stem + alias.name) for alias in node.names)


# ---- what each check finds in one module -------------------------------------------------------------------


def commits(tree: ast.Module) -> list[str]:
    return [
        f"{node.lineno} .commit()"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]


def long_functions(tree: ast.Module, limit: int = 40) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > limit:
                found.append(f"{node.lineno} {node.name} has {lines} lines")
    return found


def request_readers(tree: ast.Module) -> list[str]:
    readers = {"flask", "flask.request", "flask.session", "flask.g"}
    return [f"{line} {name}" for line, name in imports(tree) if name in readers]


def foreign_packages(tree: ast.Module) -> list[str]:
    allowed = sys.stdlib_module_names | {"domain", ""}
    return [f"{line} {name}" for line, name in imports(tree) if name.split(".")[0] not in allowed]


def neighbours_front_rooms(tree: ast.Module, feature: str) -> list[str]:
    """Imports of another feature beyond its service, queries, models, workflow and events."""
    found = []
    for line, name in imports(tree):
        parts = name.split(".")
        if parts[0] != "blueprints" or len(parts) < 3 or parts[1] == feature:
            continue
        if parts[2].split("_")[0] not in OPEN_TO_OTHERS:
            found.append(f"{line} {name}")
    return found


def htmx_headers(tree: ast.Module) -> list[str]:
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return [f"{node.lineno} {node.value}" for node in constants if re.match("HX-[A-Z]", str(node.value))]


def skips(tree: ast.Module) -> list[str]:
    avoided = {"skip", "skipif", "importorskip", "xfail"}
    return [
        f"{node.lineno} {node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in avoided
        and (ast.unparse(node.value) in {"pytest", "pytest.mark"})
    ]


INLINE = {
    "inline <script>": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", re.I),
    "<style>": re.compile(r"<style\b", re.I),
    "style attribute": re.compile(r"<[^<>]*\sstyle\s*=", re.I),
    "event attribute": re.compile(r"<[a-z][^<>]*\s(?:on[a-z]+|hx-on[:a-z-]*)\s*=", re.I),
    "javascript: link": re.compile(r"=\s*[\"']?javascript:", re.I),
}


def inline_code(html: str) -> list[str]:
    """What the content security policy would refuse in a page template."""
    plain = re.sub(r"\{#.*?#\}", "", html, flags=re.S)
    plain = re.sub(r"\{[{%].*?[%}]\}", "x", plain, flags=re.S)
    return [what for what, pattern in INLINE.items() if pattern.search(plain)]


# ---- the house as it stands --------------------------------------------------------------------------------


def test_only_core_db_commits():
    files = (path for path in python_files(*PRODUCT) if relative(path) != "core/db.py")
    assert offences(commits, files) == []


def test_module_sizes():
    found = []
    for path in python_files(*OURS):
        in_routes = path.stem == "routes" or "routes" in path.parts
        limit = 150 if path.name == "conftest.py" else 300 if in_routes else 400
        if relative(path).startswith("migrations/"):
            continue
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > limit:
            found.append(f"{relative(path)} has {lines} lines, at most {limit}")
    assert found == []


def test_function_sizes():
    files = (path for path in python_files(*OURS) if not relative(path).startswith("migrations/"))
    assert offences(long_functions, files) == []


def test_template_sizes():
    sizes = {relative(path): len(path.read_text("utf-8").splitlines()) for path in templates()}
    assert {name: lines for name, lines in sizes.items() if lines > 150} == {}


def test_no_drawer_for_everything():
    names = {relative(path) for path in python_files(*OURS)}
    assert [name for name in names if BANNED_NAMES & set(name.removesuffix(".py").split("/"))] == []


def test_domain_is_standard_library_only():
    assert offences(foreign_packages, python_files("domain")) == []


def test_nothing_below_forms_reads_the_request():
    files = (p for p in python_files("blueprints") if BELOW_FORMS & {p.stem, *p.relative_to(ROOT).parts})
    assert offences(request_readers, files) == []


def test_features_never_use_anothers_routes_or_forms():
    for feature in sorted(path.name for path in (ROOT / "blueprints").iterdir() if path.is_dir()):
        files = python_files(f"blueprints/{feature}")
        assert offences(lambda tree, own=feature: neighbours_front_rooms(tree, own), files) == []


def test_only_core_htmx_knows_htmx_headers():
    assert offences(htmx_headers, python_files("blueprints")) == []


def test_no_test_is_skipped():
    assert offences(skips, python_files("tests")) == []


def test_nothing_is_left_for_later():
    mark = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")
    texts = [*python_files(*OURS), *templates(), *(ROOT / "static").rglob("*.[cj]s*")]
    assert [relative(path) for path in texts if mark.search(path.read_text("utf-8"))] == []


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.*ml")) + sorted((ROOT / "templates").rglob("*.txt"))


def test_templates_hold_no_inline_code():
    pages = [path for path in templates() if path.suffix == ".html" and "pdf" not in path.parts]
    assert [f"{relative(p)}: {what}" for p in pages for what in inline_code(p.read_text("utf-8"))] == []


# ---- packages ----------------------------------------------------------------------------------------------


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    found = (re.match(r"([A-Za-z0-9_.-]+)==([^ ;]+)", line) for line in lines)
    return {match[1]: match[2] for match in found if match}


def test_project_metadata_and_requirements_say_the_same():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = (ROOT / "requirements.in").read_text(encoding="utf-8").split()
    assert sorted(project["dependencies"]) == sorted(wanted)


def test_development_installs_the_versions_of_production():
    production, development = pins("requirements.txt"), pins("requirements-dev.txt")
    assert production
    assert {name: development.get(name) for name in production} == production


def test_what_signs_goes_with_both_sets():
    """It is installed beside either of them, so it must not ask for other versions than they have."""
    production, signing, development = (pins(f"requirements{part}.txt") for part in ("", "-sign", "-dev"))
    assert "pyhanko" in signing
    assert "pyhanko" not in production
    assert {name: development.get(name) for name in signing} == signing
    assert {name: pin for name, pin in signing.items() if production.get(name, pin) != pin} == {}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-sign.txt", "requirements-htmx.txt"])
def test_every_pin_has_a_hash_and_no_address(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", text)
    assert [entry for entry in entries if "==" in entry and "--hash=sha256:" not in entry] == []
    assert not re.search(r"://|--(extra-)?index-url|--find-links", text)


# ---- the checks bite ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "bad", "good"),
    [
        (commits, "db.session.commit()", "with transaction(): pass"),
        (long_functions, "def f():\n" + " x = 1\n" * 40, "def f():\n" + " x = 1\n" * 39),
        (request_readers, "from flask import request", "from flask import current_app"),
        (request_readers, "import flask", "import json"),
        (foreign_packages, "from sqlalchemy.orm import Session", "from datetime import date"),
        (foreign_packages, "import core.db", "from domain.errors import InvalidInput"),
        (htmx_headers, "h['HX-Request']", "h['Vary']"),
        (skips, "@pytest.mark.skip\ndef test(): pass", "@pytest.mark.rule('Q5')\ndef test(): pass"),
        (skips, "pytest.importorskip('x')", "plan.skip(1)"),
        (
            lambda tree: neighbours_front_rooms(tree, "complaints"),
            "from blueprints.accounts.routes import bp",
            "from blueprints.accounts import queries\nfrom blueprints.complaints.forms import CaseForm",
        ),
    ],
)
def test_checks_bite(check, bad, good):
    assert check(ast.parse(bad))
    assert check(ast.parse(good)) == []


@pytest.mark.parametrize(
    "html",
    [
        "<script>go()</script>",
        '<p class="a" style="color:red">',
        '<button type="button" onclick="go()">',
        '<div hx-on:click="go()">',
        "<style>p{}</style>",
        '<a href="javascript:go()">',
        '<p {{ attrs }} style="x">',
    ],
)
def test_template_check_bites(html):
    assert inline_code(html)


def test_template_check_lets_clean_pages_pass():
    page = '<script defer src="/static/app.js"></script><p class="style" data-on="1">{# style= #}一二</p>'
    page += '<script type="application/json">{}</script>{{ "<style>"|e }}'
    assert inline_code(page) == []
