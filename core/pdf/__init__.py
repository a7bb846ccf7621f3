"""Official documents as PDF: printed in processes of their own, shown as pictures, merged for printing."""

from core.pdf.binding import bind
from core.pdf.pages import merge, page_images
from core.pdf.pool import Rendered, RenderError, render

__all__ = ["RenderError", "Rendered", "bind", "merge", "page_images", "render"]
