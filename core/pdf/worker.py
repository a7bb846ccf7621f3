"""A printing process: `python -m core.pdf.worker`. It reads jobs from stdin and writes PDFs to stdout until stdin ends.

It has limits of its own: address space, processor seconds for each job, no files to write, and it opens nothing.
"""

from __future__ import annotations

import os
import resource
import sys

from core.pdf import frames
from core.pdf.press import Press
from domain.errors import InvalidInput

MEMORY = 2 * 1024**3
SECONDS = 60


def main() -> None:
    """Print until nobody asks any more."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    press = Press()
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    while (content := frames.receive(requests)) is not None:
        _limit_seconds()
        frames.send(answers, _answer(press, content))


def _limit_seconds() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _answer(press: Press, content: bytes) -> bytes:
    try:
        document, pictures = frames.job_of(content)
        pdf, pages = press.print(document, pictures)
    except InvalidInput as refused:
        return frames.REFUSED + refused.message.encode()
    except MemoryError:
        return frames.FAILED + "排版用的内存超过上限。".encode()
    except Exception as error:
        return frames.FAILED + f"排版出错（{type(error).__name__}）。".encode()
    return frames.DONE + pages.to_bytes(4, "big") + pdf


if __name__ == "__main__":
    main()
