"""seal pictures of organizations; files bound in behind a notice; the signature of an issued file

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import core.db


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'seal_picture',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('organization_id', sa.Integer(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('file_id', sa.Integer(), nullable=False),
        sa.Column('approval', sa.String(length=300), nullable=False),
        sa.Column('in_use', sa.Boolean(), nullable=False),
        sa.Column('by', sa.String(length=64), nullable=False),
        sa.Column('at', core.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['organization_id'], ['organization.id'], name=op.f('fk_seal_picture_organization_id_organization')
        ),
        sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_seal_picture_file_id_stored_file')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_seal_picture')),
        sa.UniqueConstraint('organization_id', 'version', name=op.f('uq_seal_picture_organization_id_version')),
    )
    op.add_column('notice', sa.Column('enclosures', sa.JSON(), nullable=False, server_default='[]'))
    op.add_column('notice', sa.Column('pdf_signature', sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column('notice', 'pdf_signature')
    op.drop_column('notice', 'enclosures')
    op.drop_table('seal_picture')
