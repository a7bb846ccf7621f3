"""verifiable draws and the certificates of inspectors

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import core.db


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('draw',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('organization_id', sa.Integer(), nullable=False),
        sa.Column('year', sa.Integer(), nullable=True),
        sa.Column('sequence', sa.Integer(), nullable=True),
        sa.Column('number', sa.String(length=32), nullable=True),
        sa.Column('title', sa.String(length=200), nullable=False),
        sa.Column('purpose', sa.String(length=500), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('plan', sa.JSON(), nullable=False),
        sa.Column('labels', sa.JSON(), nullable=False),
        sa.Column('record', sa.Text(), nullable=False),
        sa.Column('sealed_nonce', sa.Text(), nullable=False),
        sa.Column('drafted_by_id', sa.Integer(), nullable=False),
        sa.Column('drafted_at', core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('frozen_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('drawn_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('voided_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['drafted_by_id'], ['user.id'], name=op.f('fk_draw_drafted_by_id_user')),
        sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_draw_organization_id_organization')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_draw')),
        sa.UniqueConstraint('number', name=op.f('uq_draw_number')),
        sa.UniqueConstraint('organization_id', 'year', 'sequence', name=op.f('uq_draw_organization_id_year_sequence')),
    )
    op.create_index('ix_draw_state', 'draw', ['organization_id', 'state', 'id'], unique=False)
    op.create_table('inspector_certificate',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('organization_id', sa.Integer(), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('number', sa.String(length=64), nullable=False),
        sa.Column('valid_from', sa.Date(), nullable=False),
        sa.Column('valid_until', sa.Date(), nullable=False),
        sa.Column('by', sa.String(length=64), nullable=False),
        sa.Column('at', core.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_inspector_certificate_organization_id_organization')),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_inspector_certificate_user_id_user')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_inspector_certificate')),
        sa.UniqueConstraint('number', name=op.f('uq_inspector_certificate_number')),
    )
    op.create_index(op.f('ix_inspector_certificate_organization_id'), 'inspector_certificate', ['organization_id'], unique=False)


def downgrade() -> None:
    op.drop_table('inspector_certificate')
    op.drop_table('draw')
