"""Official documents as PDF: printed in processes of their own, shown as pictures, merged for printing."""

from core.pdf.pages import merge, page_images
from core.pdf.pool import Rendered, RenderError, render

__all__ = ["RenderError", "Rendered", "merge", "page_images", "render"]
