"""official notices: register, history, service, templates, organ codes

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import core.db


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

TABLES = ('notice_service', 'notice_step', 'notice', 'organ_code', 'notice_template')


def moment(name: str, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, core.db.UTCDateTime(timezone=True), nullable=nullable)


def text(name: str, length: int, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def whole(name: str, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f'{target}.id'], name=op.f(f'fk_{table}_{column}_{target}'))


def upgrade() -> None:
    op.create_table(
        'notice_template',
        whole('id'), text('kind', 32), whole('version'), text('title', 200),
        sa.Column('body', sa.Text(), nullable=False), text('annex_title', 200),
        sa.Column('annex_body', sa.Text(), nullable=False), text('reason', 300),
        sa.Column('active', sa.Boolean(), nullable=False), text('by', 64), moment('at', False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_notice_template')),
        sa.UniqueConstraint('kind', 'version', name=op.f('uq_notice_template_kind_version')),
    )
    op.create_table(
        'organ_code',
        whole('id'), whole('organization_id'), text('key', 32), text('code', 32), text('by', 64),
        moment('at', False),
        refers('organ_code', 'organization_id', 'organization'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_organ_code')),
        sa.UniqueConstraint('organization_id', 'key', name=op.f('uq_organ_code_organization_id_key')),
    )
    create_notice()
    create_history()


def create_notice() -> None:
    references = (
        ('organization_id', 'organization'), ('enterprise_id', 'organization'), ('pdf_id', 'stored_file'),
        ('void_pdf_id', 'stored_file'), ('drafted_by_id', 'user'), ('reviewed_by_id', 'user'),
        ('legal_by_id', 'user'), ('signed_by_id', 'user'),
    )
    op.create_table(
        'notice',
        whole('id'), text('kind', 32), text('form', 16), whole('template_version'), text('subject_type', 32),
        whole('subject_id', True), text('subject_label', 128), whole('organization_id'),
        whole('enterprise_id', True), text('state', 16), sa.Column('legal_review', sa.Boolean(), nullable=False),
        text('title', 200), sa.Column('body', sa.Text(), nullable=False), text('annex_title', 200),
        sa.Column('annex_body', sa.Text(), nullable=False),
        sa.Column('values', sa.JSON(), nullable=False), sa.Column('filled', sa.JSON(), nullable=False),
        sa.Column('addressees', sa.JSON(), nullable=False), sa.Column('copies_to', sa.JSON(), nullable=False),
        whole('answer_within', True), text('series', 32, True), whole('year', True), whole('number', True),
        text('number_text', 64), sa.Column('content', sa.JSON(), nullable=True), text('content_sha256', 64),
        text('code', 16, True), whole('pages', True), whole('pdf_id', True), text('pdf_sha256', 64, True),
        whole('void_pdf_id', True), text('void_sha256', 64, True), text('print_error', 500),
        sa.Column('writers', sa.JSON(), nullable=False), whole('drafted_by_id'), moment('drafted_at', False),
        whole('reviewed_by_id', True), whole('legal_by_id', True), whole('signed_by_id', True),
        moment('signed_at'), moment('issued_at'), moment('voided_at'), text('void_reason', 500),
        moment('archived_at'), whole('version'),
        *(refers('notice', column, target) for column, target in references),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_notice')),
        sa.UniqueConstraint('code', name=op.f('uq_notice_code')),
        sa.UniqueConstraint(
            'organization_id', 'series', 'year', 'number', name=op.f('uq_notice_organization_id_series_year_number')
        ),
    )
    index = op.create_index
    index('ix_notice_state', 'notice', ['organization_id', 'state', 'id'])
    index('ix_notice_organization', 'notice', ['organization_id', 'id'])
    index('ix_notice_subject', 'notice', ['subject_type', 'subject_id'])
    index('ix_notice_pdf', 'notice', ['pdf_sha256'])
    index('ix_notice_void_pdf', 'notice', ['void_sha256'])


def create_history() -> None:
    op.create_table(
        'notice_step',
        whole('id'), whole('notice_id'), text('action', 32), text('state_before', 16), text('state_after', 16),
        whole('actor_id', True), text('actor_name', 64), text('actor_unit', 128), text('actor_role', 32),
        moment('at', False), text('remark', 1000), sa.Column('facts', sa.JSON(), nullable=False),
        refers('notice_step', 'notice_id', 'notice'),
        refers('notice_step', 'actor_id', 'user'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_notice_step')),
    )
    op.create_index('ix_notice_step_notice', 'notice_step', ['notice_id', 'id'])
    references = (
        ('notice_id', 'notice'), ('organization_id', 'organization'), ('server_id', 'user'),
        ('receipt_id', 'stored_file'), ('signed_by_id', 'user'),
    )
    op.create_table(
        'notice_service',
        whole('id'), whole('notice_id'), whole('position'), text('addressee', 128),
        whole('organization_id', True), text('method', 16), moment('served_at'), text('place', 200),
        text('receiver', 64), text('relation', 64), text('witness', 128), text('tracking', 64),
        text('consent_note', 200), text('remark', 500), whole('server_id', True), text('second_server', 64),
        moment('recorded_at'), whole('receipt_id', True), text('receipt_name', 200), whole('signed_by_id', True),
        moment('signed_at'), sa.Column('due_on', sa.Date(), nullable=True), moment('due_at'),
        sa.Column('due_provisional', sa.Boolean(), nullable=False), moment('answered_at'), text('answer', 1000),
        *(refers('notice_service', column, target) for column, target in references),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_notice_service')),
        sa.UniqueConstraint('notice_id', 'position', name=op.f('uq_notice_service_notice_id_position')),
    )
    op.create_index(
        'ix_notice_service_organization', 'notice_service', ['organization_id', 'method', 'notice_id']
    )


def downgrade() -> None:
    op.execute("DELETE FROM clock_change WHERE clock_id IN (SELECT id FROM clock WHERE subject_type = 'notice_service')")
    op.execute("DELETE FROM clock WHERE subject_type = 'notice_service'")
    for name in TABLES:
        op.drop_table(name)
