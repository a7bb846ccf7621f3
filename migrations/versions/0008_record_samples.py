"""samples of original records and their working papers

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import core.db


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('record_sample',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('organization_id', sa.Integer(), nullable=False),
        sa.Column('enterprise_id', sa.Integer(), nullable=False),
        sa.Column('year', sa.Integer(), nullable=True),
        sa.Column('sequence', sa.Integer(), nullable=True),
        sa.Column('number', sa.String(length=32), nullable=True),
        sa.Column('title', sa.String(length=200), nullable=False),
        sa.Column('source', sa.String(length=16), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('plan', sa.JSON(), nullable=False),
        sa.Column('size', sa.JSON(), nullable=False),
        sa.Column('result', sa.JSON(), nullable=False),
        sa.Column('frame_digest', sa.String(length=64), nullable=False),
        sa.Column('frame_file_id', sa.Integer(), nullable=True),
        sa.Column('sheet_file_id', sa.Integer(), nullable=True),
        sa.Column('sheet_name', sa.String(length=200), nullable=False),
        sa.Column('record', sa.Text(), nullable=False),
        sa.Column('sealed_nonce', sa.Text(), nullable=False),
        sa.Column('void_reason', sa.String(length=300), nullable=False),
        sa.Column('drafted_by_id', sa.Integer(), nullable=False),
        sa.Column('drafted_at', core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('frozen_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('drawn_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('concluded_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('concluded_by', sa.String(length=64), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['drafted_by_id'], ['user.id'], name=op.f('fk_record_sample_drafted_by_id_user')),
        sa.ForeignKeyConstraint(['enterprise_id'], ['organization.id'], name=op.f('fk_record_sample_enterprise_id_organization')),
        sa.ForeignKeyConstraint(['frame_file_id'], ['stored_file.id'], name=op.f('fk_record_sample_frame_file_id_stored_file')),
        sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_record_sample_organization_id_organization')),
        sa.ForeignKeyConstraint(['sheet_file_id'], ['stored_file.id'], name=op.f('fk_record_sample_sheet_file_id_stored_file')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_record_sample')),
        sa.UniqueConstraint('number', name=op.f('uq_record_sample_number')),
        sa.UniqueConstraint('organization_id', 'year', 'sequence', name=op.f('uq_record_sample_organization_id_year_sequence')),
    )
    op.create_index(op.f('ix_record_sample_enterprise_id'), 'record_sample', ['enterprise_id'], unique=False)
    op.create_index('ix_record_sample_state', 'record_sample', ['organization_id', 'state', 'id'], unique=False)
    op.create_table('sampled_record',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('sample_id', sa.Integer(), nullable=False),
        sa.Column('rank', sa.Integer(), nullable=False),
        sa.Column('stratum', sa.String(length=100), nullable=False),
        sa.Column('key', sa.String(length=100), nullable=False),
        sa.Column('extension', sa.Boolean(), nullable=False),
        sa.Column('snapshot', sa.JSON(), nullable=False),
        sa.Column('answers', sa.JSON(), nullable=False),
        sa.Column('failed', sa.Boolean(), nullable=False),
        sa.Column('done_by_id', sa.Integer(), nullable=True),
        sa.Column('done_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('reviewed_by_id', sa.Integer(), nullable=True),
        sa.Column('reviewed_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('returned', sa.String(length=500), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['done_by_id'], ['user.id'], name=op.f('fk_sampled_record_done_by_id_user')),
        sa.ForeignKeyConstraint(['reviewed_by_id'], ['user.id'], name=op.f('fk_sampled_record_reviewed_by_id_user')),
        sa.ForeignKeyConstraint(['sample_id'], ['record_sample.id'], name=op.f('fk_sampled_record_sample_id_record_sample')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_sampled_record')),
        sa.UniqueConstraint('sample_id', 'rank', name=op.f('uq_sampled_record_sample_id_rank')),
        sa.UniqueConstraint('sample_id', 'stratum', 'key', name=op.f('uq_sampled_record_sample_id_stratum_key')),
    )
    op.create_table('sample_evidence',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('sampled_id', sa.Integer(), nullable=False),
        sa.Column('criterion', sa.String(length=16), nullable=False),
        sa.Column('file_id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('by', sa.String(length=64), nullable=False),
        sa.Column('at', core.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_sample_evidence_file_id_stored_file')),
        sa.ForeignKeyConstraint(['sampled_id'], ['sampled_record.id'], name=op.f('fk_sample_evidence_sampled_id_sampled_record')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_sample_evidence')),
    )
    op.create_index(op.f('ix_sample_evidence_sampled_id'), 'sample_evidence', ['sampled_id'], unique=False)


def downgrade() -> None:
    op.drop_table('sample_evidence')
    op.drop_table('sampled_record')
    op.drop_table('record_sample')
