"""Which enterprise a row is about: by its name in a column, else by what the text speaks of."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from blueprints.accounts.models import SECTORS, Organization
from blueprints.accounts.queries import departments_of, supervised_by
from blueprints.complaints.service.importing.words import sectors_in
from domain.errors import InvalidInput

_SPLIT = re.compile(r"[>＞/、,，;；|\s→]+|-(?=[^\d])")
_EXAMPLE = "请填写本单位监管的经营单位的名称或代号。"


def _bare(name: str) -> str:
    return re.sub(r"[\s()（）·]", "", unicodedata.normalize("NFKC", name)).casefold()


@dataclass
class Units:
    """Enterprises for which `receiver` may register: those it supervises (F1), or itself alone."""

    receiver: Organization
    enterprises: list[Organization]
    departments: tuple[str, ...] = ()
    _names: dict[str, Organization] = field(default_factory=dict)
    _found: dict[str, list[Organization]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for enterprise in self.enterprises:
            for name in (enterprise.short_name, enterprise.code, enterprise.name):
                if name:
                    self._names[_bare(name)] = enterprise
        short = [_bare(e.short_name) for e in self.enterprises if e.short_name]
        for name in short:
            if short.count(name) > 1:
                self._names.pop(name, None)

    def named(self, text: str) -> list[Organization]:
        """Enterprises that a cell names: whole, in one part (`区经信局>示例燃气公司`), or by full name."""
        if text not in self._found:
            parts = [_bare(text), *map(_bare, _SPLIT.split(text))]
            found = [self._names[part] for part in parts if part in self._names]
            found += [e for e in self.enterprises if len(e.name) > 4 and _bare(e.name) in _bare(text)]
            self._found[text] = list({e.id: e for e in found}.values())
        return self._found[text]

    def find(self, unit: str, hints: Sequence[str], content: str) -> Organization:
        """The one enterprise of a row. Errors: InvalidInput with what to write instead."""
        for cell in (unit, *hints):
            named = self.named(cell) if cell else []
            if len(named) == 1:
                return named[0]
            if named:
                names = "、".join(e.name for e in named)
                raise InvalidInput(f"“{cell[:40]}”对应几家单位（{names}），一行只能有一家。")
        if unit and not self._is_receiver(unit):
            raise InvalidInput(self._foreign(unit))
        return self._by_text(" ".join((*hints, content)))

    def _is_receiver(self, text: str) -> bool:
        """The cell names whoever takes the rows in, or (an enterprise's own file) a department of it."""
        own = (self.receiver.name, self.receiver.short_name, self.receiver.code, *self.departments)
        mine = {_bare(name) for name in own if name}
        return any(_bare(part) in mine for part in (text, *_SPLIT.split(text)))

    def _foreign(self, unit: str) -> str:
        if self.receiver.is_regulator:
            return f"“{unit[:40]}”不是本单位监管的经营单位。{_EXAMPLE}"
        return f"“{unit[:40]}”不是本单位；只能导入本单位的工单。"

    def _by_text(self, content: str) -> Organization:
        if not self.receiver.is_regulator:
            return self.receiver
        sectors = sectors_in(content)
        fitting = [e for e in self.enterprises if set(e.sectors) & set(sectors)]
        if len(fitting) == 1:
            return fitting[0]
        if not sectors:
            raise InvalidInput(f"没有写承办单位，内容也看不出属于哪个行业。{_EXAMPLE}")
        words = "、".join(SECTORS[sector] for sector in sectors)
        if fitting:
            raise InvalidInput(f"没有写承办单位，内容提到{words}，不能确定是哪一家。{_EXAMPLE}")
        raise InvalidInput(f"没有写承办单位，内容说的是{words}，本单位监管的单位里没有对应的。{_EXAMPLE}")


def units_of(receiver: Organization) -> Units:
    """The enterprises whose cases an organization may take in."""
    if receiver.is_regulator:
        return Units(receiver, supervised_by(receiver))
    return Units(receiver, [receiver], tuple(d.name for d in departments_of(receiver.id)))
