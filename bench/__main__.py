"""`python -m bench [NAME [OPTIONS]]`: run all benchmarks, or the named one with its options."""

from __future__ import annotations

import sys

from bench import cases, deadlines, draws, findings, incidents, notices, tablets, visits

BENCHES = {
    "deadlines": lambda _options: deadlines.main(),
    "cases": cases.main,
    "findings": findings.main,
    "notices": notices.main,
    "visits": visits.main,
    "tablets": tablets.main,
    "draws": draws.main,
    "incidents": incidents.main,
}


def main(arguments: list[str]) -> int:
    """Run and print; 2 for an unknown name."""
    if arguments and arguments[0] not in BENCHES:
        print(f"unknown: {arguments[0]}; there are: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    for name in arguments[:1] or BENCHES:
        print(f"== {name}", flush=True)
        BENCHES[name](arguments[1:])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
