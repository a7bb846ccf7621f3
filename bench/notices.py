"""What printing an official document costs: a warm one against WeasyPrint alone on the same HTML, a cold one,
a hundred on two cores with and without merging, and the memory of a printing process over five hundred."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from core.pdf import merge, render
from core.pdf.faces import ROOT
from core.pdf.press import Press
from domain.documents import Form
from domain.notice_samples import sample

ROUNDS = 30
MANY, MOST = 100, 500
RATIO_BAR, EACH_BAR, MERGED_BAR = 1.3, 0.25, 0.35
COLD = """
import time
began = time.perf_counter()
from core.pdf import render
from domain.notice_samples import sample
render(sample("rectification_order"))
print(time.perf_counter() - began)
"""


def timed(act: Callable[[], object]) -> float:
    """Seconds of doing it once."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def verdict(value: float, bar: float) -> str:
    """ok or MISS, with the bar."""
    return f"({bar}: {'ok' if value <= bar else 'MISS'})"


def private_memory() -> int:
    """USS of this process in bytes."""
    rows = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(row.split()[1]) for row in rows if row.startswith("Private_")) * 1024


def warm(press: Press) -> None:
    """Ours and bare in turn, on the same HTML."""
    for code, form in (("rectification_order", None), ("supervision", Form.REDHEAD), ("checklist", None)):
        document = sample(code, form)
        html = press.writer.html(document)
        ours, bare = [], []
        for turn in range(ROUNDS + 2):
            pair = timed(lambda d=document: press.print(d, {})), timed(lambda h=html: press.bare(h))  # type: ignore[misc]
            if turn >= 2:
                ours.append(pair[0])
                bare.append(pair[1])
        mine, theirs = statistics.median(ours), statistics.median(bare)
        ratio = mine / theirs
        print(f"warm, {code}: {mine * 1000:.0f} ms, WeasyPrint alone {theirs * 1000:.0f} ms, "
              f"ratio {ratio:.2f} {verdict(ratio, RATIO_BAR)}", flush=True)  # fmt: skip


def cold() -> None:
    """A fresh process that prints one."""
    found = []
    for _ in range(3):
        run = subprocess.run(
            [sys.executable, "-c", COLD], cwd=ROOT, capture_output=True, text=True, check=True
        )
        found.append(float(run.stdout))
    print(f"cold, first document of a process: {statistics.median(found):.2f} s", flush=True)


def many() -> None:
    """A hundred through the worker processes, as a batch prints them."""
    documents = [sample("rectification_order") for _ in range(MANY)]
    with ThreadPoolExecutor(2) as two:
        list(two.map(render, documents[:4]))
        began = time.perf_counter()
        printed = list(two.map(render, documents))
        took = time.perf_counter() - began
    merging = timed(lambda: merge((p.pdf for p in printed), duplex=True))
    each, merged = took / MANY, (took + merging) / MANY
    print(f"{MANY} on two cores: {each:.3f} s each {verdict(each, EACH_BAR)}, "
          f"with merging {merged:.3f} s each {verdict(merged, MERGED_BAR)}", flush=True)  # fmt: skip


def memory(press: Press) -> None:
    """USS of a process after so many documents."""
    document, told = sample("supervision"), []
    for number in range(1, MOST + 1):
        press.print(document, {})
        if number in (10, MANY, MOST):
            told.append(f"{private_memory() / 1e6:.0f} MB after {number}")
    print(f"memory of a printing process: {', '.join(told)}")


def main(_options: list[str]) -> None:
    """Print the figures."""
    cold()
    many()
    press = Press()
    warm(press)
    memory(press)
