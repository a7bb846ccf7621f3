"""many cases: who may see which case, search, saved views

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import core.db


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

FILTERED = ("state", "type", "category", "channel", "level", "enterprise_id")
MARKED = ("sent_back", "provisional", "proposed", "supervised", "next_talk_on")
SEARCH = {
    "sqlite": ("CREATE VIRTUAL TABLE case_search USING fts5(text, names, tokenize='ascii')",),
    "postgresql": (
        "CREATE TABLE case_search (id INTEGER PRIMARY KEY, text tsvector NOT NULL, names tsvector NOT NULL)",
        "CREATE INDEX ix_case_search_text ON case_search USING gin (text)",
        "CREATE INDEX ix_case_search_names ON case_search USING gin (names)",
    ),
}


def upgrade() -> None:
    op.create_table(
        'case_access',
        sa.Column('scope', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('case_id', sa.Integer(), nullable=False),
        sa.Column('organization_id', sa.Integer(), nullable=False),
        sa.Column('received_at', core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('due_at', core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('idle', sa.Boolean(), nullable=False),
        sa.Column('state', sa.String(length=24), nullable=False),
        sa.Column('type', sa.String(length=32), nullable=False),
        sa.Column('category', sa.String(length=32), nullable=False),
        sa.Column('channel', sa.String(length=32), nullable=False),
        sa.Column('level', sa.Integer(), nullable=False),
        sa.Column('enterprise_id', sa.Integer(), nullable=False),
        sa.Column('next_action', sa.String(length=32), nullable=False),
        sa.Column('sent_back', sa.Boolean(), nullable=False),
        sa.Column('provisional', sa.Boolean(), nullable=False),
        sa.Column('proposed', sa.Boolean(), nullable=False),
        sa.Column('supervised', sa.Boolean(), nullable=False),
        sa.Column('next_talk_on', sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_case_access_case_id_case')),
        sa.PrimaryKeyConstraint('scope', 'case_id', name=op.f('pk_case_access')),
        sqlite_with_rowid=False,
    )
    index = op.create_index
    index('ix_case_access_case', 'case_access', ['case_id'])
    index('ix_case_access_received', 'case_access', ['scope', 'received_at', 'case_id', *FILTERED])
    index('ix_case_access_state', 'case_access', ['scope', 'state', 'received_at', 'case_id', *FILTERED[1:]])
    index('ix_case_access_idle', 'case_access', ['scope', 'idle', 'received_at', 'case_id', *FILTERED])
    index('ix_case_access_due', 'case_access', ['scope', 'idle', 'due_at', 'case_id', 'next_action', *MARKED, *FILTERED])
    index('ix_case_access_level', 'case_access', ['scope', 'level', 'received_at', 'case_id'])
    for statement in SEARCH[op.get_bind().dialect.name]:
        op.execute(statement)
    op.create_table(
        'saved_view',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('page', sa.String(length=64), nullable=False),
        sa.Column('name', sa.String(length=20), nullable=False),
        sa.Column('query', sa.String(length=1000), nullable=False),
        sa.Column('place', sa.Integer(), nullable=False),
        sa.Column('saved_at', core.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_saved_view_user_id_user')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_view')),
        sa.UniqueConstraint('user_id', 'page', 'name', name=op.f('uq_saved_view_user_id_page_name')),
    )
    op.create_index('ix_notification_user', 'notification', ['user_id', 'id'])


def downgrade() -> None:
    op.drop_index('ix_notification_user', 'notification')
    op.drop_table('saved_view')
    op.execute("DROP TABLE case_search")
    op.drop_table('case_access')
