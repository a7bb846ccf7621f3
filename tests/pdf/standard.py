"""GB/T 9704-2012 in millimetres, clause by clause: what printed documents are measured against.

These numbers come from the standard, not from the style sheet. `E` is exact in the standard, `D` follows from it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """A length in mm (sizes of type in pt) with the tolerance allowed here, and where the standard says it."""

    value: float
    within: float
    clause: str

    def holds(self, found: float) -> bool:
        """Whether a measured value is near enough."""
        return abs(found - self.value) <= self.within


PAPER_WIDTH = Measure(210.0, 0.05, "5.1 E")
PAPER_HEIGHT = Measure(297.0, 0.05, "5.1 E")
TOP = Measure(37.0, 0.15, "5.2.1 E (天头 37 mm ±1)")
LEFT = Measure(28.0, 0.3, "5.2.1 E (订口 28 mm ±1)")
WIDTH = Measure(156.0, 0.5, "5.2.1 E (版心 156 mm)")
BOTTOM = Measure(262.0, 0.25, "5.2.1 D (37 + 225 mm)")
CELL = Measure(156 / 28, 0.02, "5.2.3 D (28 characters in 156 mm)")
PITCH = Measure((225 - 16 * 25.4 / 72) / 21, 0.09, "5.2.3 D (22 lines in 225 mm)")
LINES = 22
CHARACTERS = 28
SIZE_3, SIZE_2, SIZE_4 = Measure(16, 0.3, "5.2.2 E 3号"), Measure(22, 0.3, "7.3.1 E 2号"), Measure(14, 0.3, "7.4 E 4号")
MARK_TOP = Measure(72.0, 0.6, "7.2.4 E (35 mm below the text area's top)")
CENTRE = Measure(0.0, 0.9, "7.2.4, 7.2.5, 7.3.1 E (centred)")
LEADING = PITCH.value - 16 * 25.4 / 72  # a blank line is measured with or without the space above the next line
NUMBER_GAP = Measure(2 * PITCH.value + LEADING / 2, LEADING / 2 + 0.3, "7.2.5 E (two blank lines below the mark)")
RULE_GAP = Measure(4.0, 0.4, "7.2.7 E (4 mm below the number)")
TITLE_GAP = Measure(2 * PITCH.value + LEADING / 2, LEADING / 2 + 0.3, "7.3.1 E (two blank lines below the red rule)")
TO_GAP = Measure(PITCH.value + LEADING / 2, LEADING / 2 + 0.3, "7.3.2 E (one blank line below the title)")
INDENT = Measure(2 * CELL.value, 0.3, "7.3.3 E (two characters)")
DATE_INDENT = Measure(4 * CELL.value, 0.6, "7.3.5.1 E (right indent four characters)")
ORGAN_OVER_DATE = Measure(0.0, 0.7, "7.3.5.1 E (name centred over the date)")
SEAL_OVER_DATE = Measure(0.0, 1.5, "7.3.5.1 E (seal centred over name and date)")
SEAL_TO_BODY = Measure(PITCH.value / 2, PITCH.value / 2 + 0.6, "7.3.5.1 E (seal within one line of the body)")
ONE_IN_4 = Measure(14 * 25.4 / 72, 0.8, "7.4, 7.5 E (one character in, 4号)")
ONE_IN_3 = Measure(CELL.value, 0.8, "7.2.5 E (one character in, 3号)")
LAST_RULE = Measure(262.0, 0.3, "7.4.1 E (last rule on the text area's bottom edge)")
THICK, THIN = Measure(0.35, 0.08, "7.4.1 E"), Measure(0.25, 0.08, "7.4.1 E")
DASH = Measure(269.0, 0.6, "7.5 E (7 mm below the text area)")
LETTER_MARK_TOP = Measure(30.0, 0.6, "10.1 E (30 mm from the paper's edge)")
LETTER_RULE = Measure(170.0, 0.5, "10.1 E (170 mm)")
LETTER_RULE_LEFT = Measure(20.0, 0.5, "10.1 D (centred on the paper)")
LETTER_RULE_GAP = Measure(4.0, 0.6, "10.1 E (4 mm below the mark)")
LETTER_LOWER = Measure(20.0, 0.9, "10.1 E (20 mm from the paper's bottom)")
LETTER_NUMBER_GAP = Measure(7 / 8 * 16 * 25.4 / 72, 0.8, "10.1 E (7/8 of a 3号 character below the rule)")
NO_START = set("，。、；：！？）》〉」』】〕］｝”’")
NO_END = set("（《〈「『【〔［｛“‘")
FACES = {
    "小标宋": ("XiaoBiaoSong", "小标宋", "Serif-CJK-SC-Bold"),
    "仿宋": ("FangSong", "仿宋", "FandolFang"),
    "楷体": ("KaiTi", "楷体", "FandolKai"),
    "黑体": ("SimHei", "黑体", "FandolHei"),
    "宋体": ("SimSun", "宋体", "FandolSong"),
}
