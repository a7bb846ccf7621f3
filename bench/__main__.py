"""`python -m bench [NAME …]`: run all benchmarks, or the named ones."""

from __future__ import annotations

import sys

from bench import deadlines

BENCHES = {"deadlines": deadlines.main}


def main(names: list[str]) -> int:
    """Run and print; 2 for an unknown name."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    for name in names or BENCHES:
        print(f"== {name}")
        BENCHES[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
