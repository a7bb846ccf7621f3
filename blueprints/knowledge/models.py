"""Reply templates, hotline scripts and safety scripts: versioned, searched, counted by use."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from blueprints.accounts.models import Organization, User
from core.db import Base, UTCDateTime
from core.search import SearchTable

KINDS = {"reply": "答复模板", "script": "热线口径", "safety": "安全提示"}
DANGERS = {"leak": "漏气", "shock": "触电", "burst": "爆管", "other": "其他险情"}
PROPOSED, PUBLISHED, REPLACED, REJECTED = "proposed", "published", "replaced", "rejected"
STATES = {PROPOSED: "待审定", PUBLISHED: "在用", REPLACED: "旧版", REJECTED: "未采用"}


class KnowledgeItem(Base):
    """One template or script of an organization; those of a regulator are there for its enterprises too.

    `emergency` names the danger that a safety script is read out for. `uses` counts `KnowledgeUse` rows.
    `text` repeats the published version, `published` is its number, 0 while there is none.
    `active` False: retired.
    """

    __tablename__ = "knowledge_item"
    __table_args__ = (Index("ix_knowledge_item_kind", "organization_id", "kind", "category"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(200))
    category: Mapped[str] = mapped_column(String(32), default="")
    emergency: Mapped[str] = mapped_column(String(16), default="")
    sectors: Mapped[list[str]] = mapped_column(JSON, default=list)
    clause: Mapped[str] = mapped_column(String(16), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    published: Mapped[int] = mapped_column(default=0)
    uses: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    organization: Mapped[Organization] = relationship()
    versions: Mapped[list[KnowledgeVersion]] = relationship(
        back_populates="item", order_by="KnowledgeVersion.number"
    )


class KnowledgeVersion(Base):
    """One wording. `state`: proposed | published | replaced | rejected; a published one never changes.

    `subject_*` is what it was proposed from (a case, by opaque type and id). Nobody proposed what comes with
    the product (`proposed_by` None).
    """

    __tablename__ = "knowledge_version"
    __table_args__ = (UniqueConstraint("item_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("knowledge_item.id"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16), default="proposed")
    reason: Mapped[str] = mapped_column(String(300), default="")
    subject_type: Mapped[str] = mapped_column(String(32), default="")
    subject_id: Mapped[int | None]
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    proposed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    remark: Mapped[str] = mapped_column(String(300), default="")

    item: Mapped[KnowledgeItem] = relationship(back_populates="versions")
    proposed_by: Mapped[User | None] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])


class KnowledgeUse(Base):
    """One use of a wording for a subject (by opaque type and id)."""

    __tablename__ = "knowledge_use"
    __table_args__ = (Index("ix_knowledge_use_subject", "subject_type", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("knowledge_version.id"), index=True)
    subject_type: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int]
    used_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    used_at: Mapped[datetime] = mapped_column(UTCDateTime)


found_in_knowledge = SearchTable("knowledge_search", KnowledgeItem.__table__)  # type: ignore[arg-type]
