"""Does each guard have a test that falls without it? Run as `python -m tests.guards_off`.

For every guard and every clause that a ruleset gives it, a scratch copy of the tree has that guard switched
off; then the tests marked with that clause are run there, and at least one must fail. Prints a table and
ends with 1 when a guard could be lost unnoticed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "instance", "__pycache__", "node_modules", ".pytest_cache")
SELECT = """
import os, pytest
def pytest_collection_modifyitems(config, items):
    clause = os.environ["ONLY_CLAUSE"]
    keep = [i for i in items if any(clause in m.args for m in i.iter_markers("rule"))]
    config.hook.pytest_deselected(items=[i for i in items if i not in keep])
    items[:] = keep
"""


def guarded_clauses() -> list[tuple[str, str]]:
    """(guard, clause) of both rulesets."""
    found = []
    for name in ("fuling", "qitaihe"):
        data = tomllib.loads((ROOT / "rulesets" / f"{name}.toml").read_text())
        found += [(g["code"], g["clause"]) for g in data["guards"] if g.get("clause")]
    return found


def fallen(tree: Path, guard: str, clause: str) -> list[str]:
    """Names of the tests marked with `clause` that fail while `guard` is off."""
    guards = tree / "blueprints/complaints/guards.py"
    original = guards.read_text()
    guards.write_text(f'{original}\nGUARDS["{guard}"] = lambda attempt: True\n')
    marked = [str(p) for p in sorted((tree / "tests/integration").glob("*.py")) if f'"{clause}"' in p.read_text()]
    command = [sys.executable, "-m", "pytest", *marked, "-q", "-x", "-p", "only_clause", "-p", "no:cacheprovider"]
    env = os.environ | {"ONLY_CLAUSE": clause, "PYTHONPATH": str(tree)}
    done = subprocess.run(command, cwd=tree, env=env, capture_output=True, text=True, check=False)
    guards.write_text(original)
    return re.findall(r"^FAILED \S+::(\S+)", done.stdout, re.MULTILINE)


def main() -> int:
    """Print the table; 1 when some guard has no test that falls."""
    missing = 0
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=LEFT_OUT)
        (tree / "only_clause.py").write_text(SELECT)
        print("| clause | guard switched off | test that fell |\n|---|---|---|")
        for guard, clause in guarded_clauses():
            tests = fallen(tree, guard, clause)
            missing += not tests
            print(f"| {clause} | {guard} | {tests[0].split('[')[0] if tests else 'NONE'} |", flush=True)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
