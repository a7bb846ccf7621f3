"""What a draw costs: freeze, draw and verify against sorting and hashing the same lines, and nothing else.

Each step runs in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from domain import draws

LINES = 1_000_000
DRAWN = 300
STRATA = ("供电", "供气", "供水")
NONCE = "0123456789abcdef0123456789abcdef"
AT, LATER = "2026-10-12T09:00:00.000+08:00", "2026-10-13T09:00:00.000+08:00"
STEPS = ("floor", "freeze", "draw", "verify")


def lines(count: int) -> list[str]:
    """So many records in three strata, in no order."""
    return [f"{STRATA[n % 3]}|R{(n * 7919) % 10_000_000:08d}" for n in range(count)]


def _frozen(count: int) -> draws.Draw:
    quotas = {name: DRAWN // len(STRATA) for name in STRATA}
    source = draws.Source(draws.SourceKind.PUBLIC, "示例公开数值")
    return draws.freeze("B-1", "示例", lines(count), quotas, draws.commitment(NONCE), source, AT)


def _floor(count: int, _file: Path) -> float:
    given = [line.encode() for line in lines(count)]
    begun = time.perf_counter()
    hashlib.sha256(b"\n".join(sorted(given))).hexdigest()
    sorted(hashlib.sha256(b"seed|1|" + line).hexdigest() for line in given)
    return time.perf_counter() - begun


def _freeze(count: int, file: Path) -> float:
    begun = time.perf_counter()
    file.write_text(draws.to_json(_frozen(count)), encoding="utf-8")
    return time.perf_counter() - begun


def _draw(_count: int, file: Path) -> float:
    begun = time.perf_counter()
    made = draws.run(draws.from_json(file.read_bytes()), NONCE, "01 02 03", LATER)
    file.write_text(draws.to_json(made), encoding="utf-8")
    return time.perf_counter() - begun


def _verify(_count: int, file: Path) -> float:
    begun = time.perf_counter()
    if not draws.verify(file.read_bytes()).holds:
        raise SystemExit("the draw does not hold")
    return time.perf_counter() - begun


def step(name: str, count: int, file: Path) -> None:
    """One step; prints seconds and the most memory of this process in MB."""
    import resource

    seconds = {"floor": _floor, "freeze": _freeze, "draw": _draw, "verify": _verify}[name](count, file)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(json.dumps({"seconds": seconds, "memory": most}))


def main(options: list[str]) -> None:
    """`[LINES]`: all four steps, each a process of its own; prints seconds, ratio to the floor and memory."""
    count = int(options[0]) if options else LINES
    floor = 0.0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "draw.json"
        for name in STEPS:
            code = f"import bench.draws as b; b.step({name!r}, {count}, b.Path({str(file)!r}))"
            done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
            found = json.loads(done.stdout)
            floor = floor or found["seconds"]
            ratio = found["seconds"] / floor
            print(f"{name}: {found['seconds']:.2f} s, {ratio:.2f} x, {found['memory']:.0f} MB", flush=True)
        print(f"{count} lines, {DRAWN} drawn, file {file.stat().st_size / 1e6:.0f} MB")
