"""The benchmark of the cases runs from end to end: a ground, two servers, every operation on both sides."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.report import RATIO_BARS

ROOT = Path(__file__).resolve().parents[2]
SIZE = 400


def run(bench_dir: Path, *options: str) -> str:
    command = [sys.executable, "-m", "bench", "cases", "--size", str(SIZE), "--rounds", "1", *options]
    env = os.environ | {"BENCH_DIR": str(bench_dir), "HTMX_SOURCE": "local"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_every_operation_is_measured_on_both_sides_and_the_ground_is_kept(tmp_path: Path) -> None:
    told = json.loads(run(tmp_path, "--json").splitlines()[-1])
    (size,) = told["sizes"]
    assert size["cases"] == SIZE
    assert SIZE * 2 / 5 < size["visible"] < SIZE
    assert [o["name"] for o in size["operations"]] == list(RATIO_BARS)
    assert all(o["ours_ms"] > 0 and o["floor_ms"] > 0 for o in size["operations"])
    assert all(0.5 < o["cpu_ratio"] < 100 for o in size["operations"])
    reading = {"list", "filter", "search", "search (frequent word)", "detail", "page 1000"}
    assert set(size["statements"]) == reading
    assert all(count > 0 for count in size["statements"].values())
    assert size["html_bytes"] > size["gzip_bytes"] > 1000
    assert size["memory_bytes"] > size["floor_memory_bytes"] > 30_000_000
    (ground,) = tmp_path.glob("sqlite-*/ground.json")
    built = ground.stat().st_mtime_ns
    told = run(tmp_path, "--profile", "follow-up")
    assert "cumulative time" in told
    assert "acting.py" in told
    assert ground.stat().st_mtime_ns == built
