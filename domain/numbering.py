"""How numbers of cases and documents are written."""

from __future__ import annotations

SECTOR_MARKS = {"power": "电", "gas": "气", "water": "水"}


def case_series(sector: str) -> str:
    """Name of the series of a sector's cases, e.g. 水诉."""
    return f"{SECTOR_MARKS[sector]}诉"


def case_number(sector: str, year: int, number: int) -> str:
    """水诉2026-000123; numbers beyond 999999 simply grow longer."""
    return f"{case_series(sector)}{year}-{number:06d}"


def request_series(sector: str) -> str:
    """Name of the series of a sector's requests for service, e.g. 气服."""
    return f"{SECTOR_MARKS[sector]}服"


def request_number(sector: str, year: int, number: int) -> str:
    """气服2026-000123"""
    return f"{request_series(sector)}{year}-{number:06d}"


def document_number(organ_code: str, year: int, number: int) -> str:
    """涪经信督〔2026〕1号: full year in hexagonal brackets, no 第, no leading zero (GB/T 9704 7.2.5)."""
    return f"{organ_code}〔{year}〕{number}号"
