"""Draws one page of a PDF as PNG on stdout; run alone in a process of its own, since the PDF is anybody's.

Arguments: path, page (from 0), width in pixels. Exit 3: no such page.
"""

import resource
import sys

MEMORY, SECONDS = 1024 * 1024 * 1024, 15


def main(path: str, page: int, width: int) -> None:
    """Write the picture, or leave with 3."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    import pypdfium2  # type: ignore[import-untyped]

    document = pypdfium2.PdfDocument(path)
    if page >= len(document):
        raise SystemExit(3)
    wanted = document[page]
    scale = min(width / max(wanted.get_width(), 1), 4 * width / max(wanted.get_height(), 1))
    wanted.render(scale=scale).to_pil().convert("L").save(sys.stdout.buffer, "PNG")
    sys.stdout.buffer.write(len(document).to_bytes(4, "big"))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
