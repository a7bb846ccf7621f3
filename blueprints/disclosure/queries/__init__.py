"""What is stored of self-disclosure, and which of it a person may see."""

from blueprints.disclosure.queries.board import Board, BoardRow, Cell, board, row_for
from blueprints.disclosure.queries.duties import duties_for
from blueprints.disclosure.queries.public import EarlierVersion, PublicFile, PublicItem, published
from blueprints.disclosure.queries.work import Waiting, waiting

__all__ = [
    "Board",
    "BoardRow",
    "Cell",
    "EarlierVersion",
    "PublicFile",
    "PublicItem",
    "Waiting",
    "board",
    "duties_for",
    "published",
    "row_for",
    "waiting",
]
