"""Every kind of document with invented content of two pages: for samples, for trying templates, for tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from domain.documents import Document, Form, Seal, Watermark
from domain.notice_kinds import Frame, Kind, compose, fill, kind, wording

OTHER = {"decline": {"matter": "示例小区地下停车位的月租费从200元涨到350元，要求降价"}}
ISSUED = date(2026, 10, 12)
SAMPLE_CODES = {
    "acceptance": "示经信告", "dispatch": "示经信转", "reply": "示经信答", "supervision": "示经信督",
    "dossier": "示经信卷", "service_proof": "示经信送", "inspection": "示经信检", "recheck": "示经信复",
    "rectification_order": "示经信责改", "rectification_notice": "示经信改",
}  # fmt: skip


def sample_values(kind: Kind) -> dict[str, Any]:
    """Invented values for every field."""
    return {f.name: f.sample for f in kind.fields} | OTHER.get(kind.code, {})


def sample(code: str, form: Form | None = None, *, plain: bool = False) -> Document:
    """A kind with sample content, sealed with a drawn seal. Errors: KeyError, InvalidInput."""
    of, values = kind(code), sample_values(kind(code))
    chosen = form or of.form
    said, frame = wording(of, chosen), sample_frame(of, chosen, plain=plain)
    document = compose(of, chosen, fill(of, values, frame, said), values, frame)
    return replace(document, created_on=ISSUED)


def sample_frame(of: Kind, form: Form, *, plain: bool) -> Frame:
    """What surrounds a sample: an invented organ, number and addressees."""
    to = {"enterprise": ("示例燃气公司",), "complainant": ("示例用户甲",)}.get(of.addressed_to, ())
    return Frame(
        organ="示例区经济和信息化委员会",
        date=f"{ISSUED.year}年{ISSUED.month}月{ISSUED.day}日",
        number=f"{SAMPLE_CODES[of.organ_code]}〔2026〕1号",
        addressees=to,
        copies_to=("示例区人民政府办公室", "示例区应急管理局") if form is Form.REDHEAD else (),
        answer_within=of.answer_within,
        code="SMPL-2026",
        verify_url="https://example.invalid/v/SMPL-2026",
        watermark=Watermark.NONE if plain else Watermark.SAMPLE,
        seal=Seal.SAMPLE,
    )
