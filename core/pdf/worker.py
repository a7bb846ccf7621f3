"""The printer's own process: WeasyPrint never runs where requests are answered.

`python -m core.pdf.worker` reads documents from its standard input and answers on its standard output. It
lives on from document to document (starting costs a second), has limits of memory and processor time, writes
no file, sees none of the server's secrets, and leaves when nobody prints or its server is gone.
"""

from __future__ import annotations

import json
import os
import resource
import select
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from domain.documents import document_of
from domain.errors import InvalidInput

MEMORY = 2_000_000_000
CPU_SECONDS = 60
IDLE_SECONDS = 600.0
MOST_DOCUMENTS = 200
LONGEST = 400_000_000
NO_FONTS = "本机缺少公文字体或者排版组件，请执行一次 ./run 安装（查看：./run flask fonts check）。"
TOO_LARGE = "文书超出了排版的内存上限，请减少表格和照片，或者拆成几份。"
NOT_PRINTED = "文书没有印成（排版出错），请检查内容后再试。"
_LENGTH = struct.Struct(">I")


class Pipes:
    """Messages over two file descriptors: the number of parts, then each part after its length (4 bytes)."""

    def __init__(self, source: int, sink: int) -> None:
        self.source, self._sink = source, sink

    def send(self, parts: Sequence[bytes]) -> None:
        """Send one message. Errors: OSError when nobody reads any more."""
        lengths = (_LENGTH.pack(len(part)) + part for part in parts)
        left = memoryview(_LENGTH.pack(len(parts)) + b"".join(lengths))
        while left:
            left = left[os.write(self._sink, left) :]

    def receive(self) -> list[bytes] | None:
        """The next message, or None at the end. Errors: EOFError inside of a message, or when it is too long:
        the other side may have been taken over by what it reads."""
        head, parts, left = self._read(_LENGTH.size), list[bytes](), LONGEST
        if not head:
            return None
        for _ in range(_LENGTH.unpack(head)[0]):
            size = self._number()
            left -= size + _LENGTH.size
            if left < 0:
                raise EOFError("the message is too long")
            parts.append(self._exactly(size))
        return parts

    def _number(self) -> int:
        value: int = _LENGTH.unpack(self._exactly(_LENGTH.size))[0]
        return value

    def _exactly(self, size: int) -> bytes:
        data = self._read(size)
        if len(data) != size:
            raise EOFError("the other side is gone")
        return data

    def _read(self, size: int) -> bytes:
        found = bytearray()
        while len(found) < size and (part := os.read(self.source, size - len(found))):
            found += part
        return bytes(found)


def request_of(data: Mapping[str, Any], pictures: Mapping[str, bytes]) -> list[bytes]:
    """A document (as plain data) and its pictures as a message."""
    names = list(pictures)
    about = {"document": dict(data), "pictures": names}
    return [json.dumps(about, ensure_ascii=False).encode(), *(pictures[name] for name in names)]


def _limit_process() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_next_document() -> None:
    """So many seconds of processor time from now on; the kernel ends the process after them."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    ends = int(used.ru_utime + used.ru_stime) + CPU_SECONDS + 1
    resource.setrlimit(resource.RLIMIT_CPU, (ends, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _answer(press: Any, message: Sequence[bytes]) -> list[bytes]:
    about = json.loads(message[0])
    pictures = dict(zip(about["pictures"], message[1:], strict=True))
    try:
        pdf, pages = press.print(document_of(about["document"]), pictures)
        return [json.dumps({"pages": pages}).encode(), pdf]
    except InvalidInput as refused:
        return [json.dumps({"error": refused.message}).encode()]
    except (MemoryError, RecursionError):
        return [json.dumps({"error": TOO_LARGE, "end": True}).encode()]
    except Exception as error:
        words = {"error": NOT_PRINTED, "cause": f"{type(error).__name__}: {error}"[:500], "end": True}
        return [json.dumps(words).encode()]


def _started() -> tuple[Any, list[bytes]]:
    """(press or None, what to say when there is none)."""
    try:
        from core.pdf.faces import installed
        from core.pdf.press import Press

        installed()  # writes the fonts' cache while it still may
        return Press(), []
    except Exception as error:
        words = {"error": NO_FONTS, "cause": f"{type(error).__name__}: {error}"[:500]}
        return None, [json.dumps(words).encode()]


def serve(pipes: Pipes) -> None:
    """Print what comes in until there is a reason to leave."""
    _limit_process()
    press, failed = _started()
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    for _ in range(MOST_DOCUMENTS):
        if not select.select([pipes.source], [], [], IDLE_SECONDS)[0]:
            return
        message = pipes.receive()
        if message is None:
            return
        _limit_next_document()
        reply = failed or _answer(press, message)
        pipes.send(reply)
        if json.loads(reply[0]).get("end"):  # nothing is known of a process that ran out of memory
            return


def main() -> None:
    """Answers go to what was standard output; what libraries print there goes to standard error."""
    pipes = Pipes(os.dup(0), os.dup(1))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    serve(pipes)


if __name__ == "__main__":
    main()
