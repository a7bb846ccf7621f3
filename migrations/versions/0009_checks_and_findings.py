"""checklists, plans, on-site checks, findings and their rectification

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import core.db


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('checklist',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('organization_id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=100), nullable=False),
        sa.Column('sector', sa.String(length=16), nullable=False),
        sa.Column('purpose', sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_checklist_organization_id_organization')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_checklist')),
        sa.UniqueConstraint('organization_id', 'name', name=op.f('uq_checklist_organization_id_name'))
    )
    op.create_table('checklist_version',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('checklist_id', sa.Integer(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('content', sa.JSON(), nullable=False),
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('note', sa.Text(), nullable=False),
        sa.Column('drafted_by_id', sa.Integer(), nullable=False),
        sa.Column('drafted_at', core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('published_by_id', sa.Integer(), nullable=True),
        sa.Column('published_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('retired_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['checklist_id'], ['checklist.id'], name=op.f('fk_checklist_version_checklist_id_checklist')),
        sa.ForeignKeyConstraint(['drafted_by_id'], ['user.id'], name=op.f('fk_checklist_version_drafted_by_id_user')),
        sa.ForeignKeyConstraint(['published_by_id'], ['user.id'], name=op.f('fk_checklist_version_published_by_id_user')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_checklist_version')),
        sa.UniqueConstraint('checklist_id', 'number', name=op.f('uq_checklist_version_checklist_id_number'))
    )
    op.create_index(op.f('ix_checklist_version_state'), 'checklist_version', ['state'], unique=False)
    op.create_table('tablet',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('organization_id', sa.Integer(), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('key', sa.String(length=64), nullable=False),
        sa.Column('label', sa.String(length=100), nullable=False),
        sa.Column('skew', sa.Integer(), nullable=False),
        sa.Column('first_seen_at', core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('last_seen_at', core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('revoked_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('revoked_by', sa.String(length=64), nullable=False),
        sa.Column('revoke_reason', sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_tablet_organization_id_organization')),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_tablet_user_id_user')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_tablet')),
        sa.UniqueConstraint('user_id', 'key', name=op.f('uq_tablet_user_id_key'))
    )
    op.create_index(op.f('ix_tablet_organization_id'), 'tablet', ['organization_id'], unique=False)
    op.create_table('inspection_plan',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('organization_id', sa.Integer(), nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('quarter', sa.Integer(), nullable=False),
        sa.Column('sequence', sa.Integer(), nullable=True),
        sa.Column('number', sa.String(length=32), nullable=True),
        sa.Column('title', sa.String(length=200), nullable=False),
        sa.Column('purpose', sa.String(length=500), nullable=False),
        sa.Column('basis', sa.String(length=500), nullable=False),
        sa.Column('methods', sa.JSON(), nullable=False),
        sa.Column('version_id', sa.Integer(), nullable=False),
        sa.Column('begins_on', sa.Date(), nullable=False),
        sa.Column('ends_on', sa.Date(), nullable=False),
        sa.Column('cap', sa.Integer(), nullable=False),
        sa.Column('urgent', sa.Boolean(), nullable=False),
        sa.Column('urgent_reason', sa.String(length=300), nullable=False),
        sa.Column('approve_by', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('return_reason', sa.String(length=300), nullable=False),
        sa.Column('draw_id', sa.Integer(), nullable=True),
        sa.Column('drafted_by_id', sa.Integer(), nullable=False),
        sa.Column('drafted_at', core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('submitted_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('approved_by_id', sa.Integer(), nullable=True),
        sa.Column('approved_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('approval', sa.String(length=300), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['approved_by_id'], ['user.id'], name=op.f('fk_inspection_plan_approved_by_id_user')),
        sa.ForeignKeyConstraint(['drafted_by_id'], ['user.id'], name=op.f('fk_inspection_plan_drafted_by_id_user')),
        sa.ForeignKeyConstraint(['draw_id'], ['draw.id'], name=op.f('fk_inspection_plan_draw_id_draw')),
        sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_inspection_plan_organization_id_organization')),
        sa.ForeignKeyConstraint(['version_id'], ['checklist_version.id'], name=op.f('fk_inspection_plan_version_id_checklist_version')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_inspection_plan')),
        sa.UniqueConstraint('number', name=op.f('uq_inspection_plan_number')),
        sa.UniqueConstraint('organization_id', 'year', 'sequence', name=op.f('uq_inspection_plan_organization_id_year_sequence'))
    )
    op.create_index('ix_inspection_plan_state', 'inspection_plan', ['organization_id', 'state', 'id'], unique=False)
    op.create_table('rectification',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('organization_id', sa.Integer(), nullable=False),
        sa.Column('enterprise_id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=8), nullable=False),
        sa.Column('round', sa.Integer(), nullable=False),
        sa.Column('previous_id', sa.Integer(), nullable=True),
        sa.Column('notice_id', sa.Integer(), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('served_on', sa.Date(), nullable=True),
        sa.Column('due_on', sa.Date(), nullable=True),
        sa.Column('due_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('answered_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('closed_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('urged', sa.Integer(), nullable=False),
        sa.Column('urged_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('level', sa.Integer(), nullable=False),
        sa.Column('drafted_by_id', sa.Integer(), nullable=False),
        sa.Column('drafted_at', core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['drafted_by_id'], ['user.id'], name=op.f('fk_rectification_drafted_by_id_user')),
        sa.ForeignKeyConstraint(['enterprise_id'], ['organization.id'], name=op.f('fk_rectification_enterprise_id_organization')),
        sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], name=op.f('fk_rectification_notice_id_notice')),
        sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_rectification_organization_id_organization')),
        sa.ForeignKeyConstraint(['previous_id'], ['rectification.id'], name=op.f('fk_rectification_previous_id_rectification')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_rectification')),
        sa.UniqueConstraint('notice_id', name=op.f('uq_rectification_notice_id'))
    )
    op.create_index(op.f('ix_rectification_due_at'), 'rectification', ['due_at'], unique=False)
    op.create_index(op.f('ix_rectification_enterprise_id'), 'rectification', ['enterprise_id'], unique=False)
    op.create_index('ix_rectification_state', 'rectification', ['organization_id', 'state', 'id'], unique=False)
    op.create_table('escalation',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('rectification_id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=16), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('basis', sa.String(length=300), nullable=False),
        sa.Column('notice_id', sa.Integer(), nullable=True),
        sa.Column('by_id', sa.Integer(), nullable=False),
        sa.Column('at', core.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['by_id'], ['user.id'], name=op.f('fk_escalation_by_id_user')),
        sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], name=op.f('fk_escalation_notice_id_notice')),
        sa.ForeignKeyConstraint(['rectification_id'], ['rectification.id'], name=op.f('fk_escalation_rectification_id_rectification')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_escalation'))
    )
    op.create_index(op.f('ix_escalation_rectification_id'), 'escalation', ['rectification_id'], unique=False)
    op.create_table('plan_target',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('plan_id', sa.Integer(), nullable=False),
        sa.Column('enterprise_id', sa.Integer(), nullable=False),
        sa.Column('outlet_id', sa.Integer(), nullable=True),
        sa.Column('drawn', sa.Boolean(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('team', sa.JSON(), nullable=False),
        sa.Column('announced', sa.Boolean(), nullable=False),
        sa.Column('notice_id', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(['enterprise_id'], ['organization.id'], name=op.f('fk_plan_target_enterprise_id_organization')),
        sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], name=op.f('fk_plan_target_notice_id_notice')),
        sa.ForeignKeyConstraint(['outlet_id'], ['outlet.id'], name=op.f('fk_plan_target_outlet_id_outlet')),
        sa.ForeignKeyConstraint(['plan_id'], ['inspection_plan.id'], name=op.f('fk_plan_target_plan_id_inspection_plan')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_target'))
    )
    op.create_index('ix_plan_target_enterprise', 'plan_target', ['enterprise_id', 'id'], unique=False)
    op.create_index(op.f('ix_plan_target_plan_id'), 'plan_target', ['plan_id'], unique=False)
    op.create_table('recheck',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('rectification_id', sa.Integer(), nullable=False),
        sa.Column('planned_on', sa.Date(), nullable=False),
        sa.Column('done_on', sa.Date(), nullable=True),
        sa.Column('inspectors', sa.JSON(), nullable=False),
        sa.Column('results', sa.JSON(), nullable=False),
        sa.Column('notice_id', sa.Integer(), nullable=True),
        sa.Column('by_id', sa.Integer(), nullable=False),
        sa.Column('at', core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['by_id'], ['user.id'], name=op.f('fk_recheck_by_id_user')),
        sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], name=op.f('fk_recheck_notice_id_notice')),
        sa.ForeignKeyConstraint(['rectification_id'], ['rectification.id'], name=op.f('fk_recheck_rectification_id_rectification')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_recheck'))
    )
    op.create_index(op.f('ix_recheck_rectification_id'), 'recheck', ['rectification_id'], unique=False)
    op.create_table('site_check',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('organization_id', sa.Integer(), nullable=False),
        sa.Column('enterprise_id', sa.Integer(), nullable=False),
        sa.Column('outlet_id', sa.Integer(), nullable=True),
        sa.Column('target_id', sa.Integer(), nullable=False),
        sa.Column('version_id', sa.Integer(), nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('sequence', sa.Integer(), nullable=False),
        sa.Column('number', sa.String(length=32), nullable=False),
        sa.Column('place', sa.String(length=200), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('outcome', sa.String(length=16), nullable=False),
        sa.Column('result', sa.JSON(), nullable=False),
        sa.Column('content', sa.JSON(), nullable=False),
        sa.Column('content_sha256', sa.String(length=64), nullable=False),
        sa.Column('record_file_id', sa.Integer(), nullable=True),
        sa.Column('opened_by_id', sa.Integer(), nullable=False),
        sa.Column('opened_at', core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('signed_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('reviewed_by_id', sa.Integer(), nullable=True),
        sa.Column('reviewed_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('review', sa.String(length=500), nullable=False),
        sa.Column('void_reason', sa.String(length=300), nullable=False),
        sa.Column('paper_scan_id', sa.Integer(), nullable=True),
        sa.Column('paper_entered_by_id', sa.Integer(), nullable=True),
        sa.Column('paper_entered_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('paper_checked_by_id', sa.Integer(), nullable=True),
        sa.Column('paper_checked_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['enterprise_id'], ['organization.id'], name=op.f('fk_site_check_enterprise_id_organization')),
        sa.ForeignKeyConstraint(['opened_by_id'], ['user.id'], name=op.f('fk_site_check_opened_by_id_user')),
        sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_site_check_organization_id_organization')),
        sa.ForeignKeyConstraint(['outlet_id'], ['outlet.id'], name=op.f('fk_site_check_outlet_id_outlet')),
        sa.ForeignKeyConstraint(['paper_checked_by_id'], ['user.id'], name=op.f('fk_site_check_paper_checked_by_id_user')),
        sa.ForeignKeyConstraint(['paper_entered_by_id'], ['user.id'], name=op.f('fk_site_check_paper_entered_by_id_user')),
        sa.ForeignKeyConstraint(['paper_scan_id'], ['stored_file.id'], name=op.f('fk_site_check_paper_scan_id_stored_file')),
        sa.ForeignKeyConstraint(['record_file_id'], ['stored_file.id'], name=op.f('fk_site_check_record_file_id_stored_file')),
        sa.ForeignKeyConstraint(['reviewed_by_id'], ['user.id'], name=op.f('fk_site_check_reviewed_by_id_user')),
        sa.ForeignKeyConstraint(['target_id'], ['plan_target.id'], name=op.f('fk_site_check_target_id_plan_target')),
        sa.ForeignKeyConstraint(['version_id'], ['checklist_version.id'], name=op.f('fk_site_check_version_id_checklist_version')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_site_check')),
        sa.UniqueConstraint('number', name=op.f('uq_site_check_number')),
        sa.UniqueConstraint('organization_id', 'year', 'sequence', name=op.f('uq_site_check_organization_id_year_sequence'))
    )
    op.create_index('ix_site_check_enterprise', 'site_check', ['enterprise_id', 'id'], unique=False)
    op.create_index('ix_site_check_state', 'site_check', ['organization_id', 'state', 'id'], unique=False)
    op.create_index(op.f('ix_site_check_target_id'), 'site_check', ['target_id'], unique=False)
    op.create_table('check_addendum',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('check_id', sa.Integer(), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('by_id', sa.Integer(), nullable=False),
        sa.Column('at', core.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['by_id'], ['user.id'], name=op.f('fk_check_addendum_by_id_user')),
        sa.ForeignKeyConstraint(['check_id'], ['site_check.id'], name=op.f('fk_check_addendum_check_id_site_check')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_check_addendum'))
    )
    op.create_index(op.f('ix_check_addendum_check_id'), 'check_addendum', ['check_id'], unique=False)
    op.create_table('check_entry',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('check_id', sa.Integer(), nullable=False),
        sa.Column('client_id', sa.String(length=64), nullable=False),
        sa.Column('item', sa.String(length=32), nullable=False),
        sa.Column('instance', sa.String(length=64), nullable=False),
        sa.Column('data', sa.JSON(), nullable=False),
        sa.Column('base', sa.String(length=64), nullable=False),
        sa.Column('resolves', sa.JSON(), nullable=False),
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('by_id', sa.Integer(), nullable=False),
        sa.Column('tablet_id', sa.Integer(), nullable=True),
        sa.Column('at_device', core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('received_at', core.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['by_id'], ['user.id'], name=op.f('fk_check_entry_by_id_user')),
        sa.ForeignKeyConstraint(['check_id'], ['site_check.id'], name=op.f('fk_check_entry_check_id_site_check')),
        sa.ForeignKeyConstraint(['tablet_id'], ['tablet.id'], name=op.f('fk_check_entry_tablet_id_tablet')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_check_entry')),
        sa.UniqueConstraint('client_id', name=op.f('uq_check_entry_client_id'))
    )
    op.create_index('ix_check_entry_item', 'check_entry', ['check_id', 'item', 'id'], unique=False)
    op.create_table('check_inspector',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('check_id', sa.Integer(), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=64), nullable=False),
        sa.Column('certificate', sa.String(length=64), nullable=False),
        sa.Column('declared_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('conflict', sa.String(length=300), nullable=False),
        sa.Column('waiting', sa.Integer(), nullable=False),
        sa.Column('contact_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['check_id'], ['site_check.id'], name=op.f('fk_check_inspector_check_id_site_check')),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_check_inspector_user_id_user')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_check_inspector')),
        sa.UniqueConstraint('check_id', 'user_id', name=op.f('uq_check_inspector_check_id_user_id'))
    )
    op.create_index(op.f('ix_check_inspector_user_id'), 'check_inspector', ['user_id'], unique=False)
    op.create_table('check_photo',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('check_id', sa.Integer(), nullable=False),
        sa.Column('client_id', sa.String(length=64), nullable=False),
        sa.Column('item', sa.String(length=32), nullable=False),
        sa.Column('instance', sa.String(length=64), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('file_id', sa.Integer(), nullable=False),
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('by_id', sa.Integer(), nullable=False),
        sa.Column('tablet_id', sa.Integer(), nullable=True),
        sa.Column('taken_at', core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('received_at', core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('removed_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['by_id'], ['user.id'], name=op.f('fk_check_photo_by_id_user')),
        sa.ForeignKeyConstraint(['check_id'], ['site_check.id'], name=op.f('fk_check_photo_check_id_site_check')),
        sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_check_photo_file_id_stored_file')),
        sa.ForeignKeyConstraint(['tablet_id'], ['tablet.id'], name=op.f('fk_check_photo_tablet_id_tablet')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_check_photo')),
        sa.UniqueConstraint('client_id', name=op.f('uq_check_photo_client_id'))
    )
    op.create_index('ix_check_photo_item', 'check_photo', ['check_id', 'item'], unique=False)
    op.create_table('check_signature',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('check_id', sa.Integer(), nullable=False),
        sa.Column('role', sa.String(length=16), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=True),
        sa.Column('name', sa.String(length=64), nullable=False),
        sa.Column('post', sa.String(length=64), nullable=False),
        sa.Column('file_id', sa.Integer(), nullable=True),
        sa.Column('refused', sa.Boolean(), nullable=False),
        sa.Column('reason', sa.String(length=300), nullable=False),
        sa.Column('content_sha256', sa.String(length=64), nullable=False),
        sa.Column('by_id', sa.Integer(), nullable=False),
        sa.Column('at', core.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['by_id'], ['user.id'], name=op.f('fk_check_signature_by_id_user')),
        sa.ForeignKeyConstraint(['check_id'], ['site_check.id'], name=op.f('fk_check_signature_check_id_site_check')),
        sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_check_signature_file_id_stored_file')),
        sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_check_signature_user_id_user')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_check_signature'))
    )
    op.create_index(op.f('ix_check_signature_check_id'), 'check_signature', ['check_id'], unique=False)
    op.create_table('finding',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('organization_id', sa.Integer(), nullable=False),
        sa.Column('enterprise_id', sa.Integer(), nullable=False),
        sa.Column('outlet_id', sa.Integer(), nullable=True),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('number', sa.String(length=32), nullable=False),
        sa.Column('source', sa.String(length=8), nullable=False),
        sa.Column('check_id', sa.Integer(), nullable=True),
        sa.Column('sample_id', sa.Integer(), nullable=True),
        sa.Column('item', sa.String(length=32), nullable=False),
        sa.Column('instance', sa.String(length=64), nullable=False),
        sa.Column('title', sa.String(length=200), nullable=False),
        sa.Column('facts', sa.Text(), nullable=False),
        sa.Column('clause', sa.String(length=16), nullable=False),
        sa.Column('basis_kind', sa.String(length=8), nullable=False),
        sa.Column('basis', sa.String(length=300), nullable=False),
        sa.Column('severity', sa.String(length=8), nullable=False),
        sa.Column('department', sa.String(length=64), nullable=False),
        sa.Column('fixed_on_spot', sa.Boolean(), nullable=False),
        sa.Column('repeat_key', sa.String(length=64), nullable=False),
        sa.Column('repeat_of_id', sa.Integer(), nullable=True),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('level', sa.Integer(), nullable=False),
        sa.Column('rectification_id', sa.Integer(), nullable=True),
        sa.Column('found_on', sa.Date(), nullable=False),
        sa.Column('closed_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.Column('closed_reason', sa.String(length=300), nullable=False),
        sa.Column('recorded_by_id', sa.Integer(), nullable=False),
        sa.Column('recorded_at', core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['check_id'], ['site_check.id'], name=op.f('fk_finding_check_id_site_check')),
        sa.ForeignKeyConstraint(['enterprise_id'], ['organization.id'], name=op.f('fk_finding_enterprise_id_organization')),
        sa.ForeignKeyConstraint(['organization_id'], ['organization.id'], name=op.f('fk_finding_organization_id_organization')),
        sa.ForeignKeyConstraint(['outlet_id'], ['outlet.id'], name=op.f('fk_finding_outlet_id_outlet')),
        sa.ForeignKeyConstraint(['recorded_by_id'], ['user.id'], name=op.f('fk_finding_recorded_by_id_user')),
        sa.ForeignKeyConstraint(['rectification_id'], ['rectification.id'], name=op.f('fk_finding_rectification_id_rectification')),
        sa.ForeignKeyConstraint(['repeat_of_id'], ['finding.id'], name=op.f('fk_finding_repeat_of_id_finding')),
        sa.ForeignKeyConstraint(['sample_id'], ['record_sample.id'], name=op.f('fk_finding_sample_id_record_sample')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_finding')),
        sa.UniqueConstraint('organization_id', 'number', name=op.f('uq_finding_organization_id_number'))
    )
    op.create_index(op.f('ix_finding_check_id'), 'finding', ['check_id'], unique=False)
    op.create_index('ix_finding_clause', 'finding', ['organization_id', 'clause', 'id'], unique=False)
    op.create_index('ix_finding_enterprise', 'finding', ['enterprise_id', 'state', 'id'], unique=False)
    op.create_index('ix_finding_found', 'finding', ['organization_id', 'found_on', 'id'], unique=False)
    op.create_index(op.f('ix_finding_outlet_id'), 'finding', ['outlet_id'], unique=False)
    op.create_index(op.f('ix_finding_rectification_id'), 'finding', ['rectification_id'], unique=False)
    op.create_index('ix_finding_repeat', 'finding', ['enterprise_id', 'repeat_key', 'id'], unique=False)
    op.create_index(op.f('ix_finding_sample_id'), 'finding', ['sample_id'], unique=False)
    op.create_index('ix_finding_state', 'finding', ['organization_id', 'state', 'id'], unique=False)
    op.create_table('measure',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('finding_id', sa.Integer(), nullable=False),
        sa.Column('rectification_id', sa.Integer(), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('done_on', sa.Date(), nullable=True),
        sa.Column('by_id', sa.Integer(), nullable=False),
        sa.Column('at', core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('verdict', sa.String(length=16), nullable=False),
        sa.Column('verdict_words', sa.String(length=500), nullable=False),
        sa.Column('verdict_by_id', sa.Integer(), nullable=True),
        sa.Column('verdict_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['by_id'], ['user.id'], name=op.f('fk_measure_by_id_user')),
        sa.ForeignKeyConstraint(['finding_id'], ['finding.id'], name=op.f('fk_measure_finding_id_finding')),
        sa.ForeignKeyConstraint(['rectification_id'], ['rectification.id'], name=op.f('fk_measure_rectification_id_rectification')),
        sa.ForeignKeyConstraint(['verdict_by_id'], ['user.id'], name=op.f('fk_measure_verdict_by_id_user')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_measure'))
    )
    op.create_index(op.f('ix_measure_finding_id'), 'measure', ['finding_id'], unique=False)
    op.create_index(op.f('ix_measure_rectification_id'), 'measure', ['rectification_id'], unique=False)
    op.create_table('plea',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('rectification_id', sa.Integer(), nullable=False),
        sa.Column('finding_id', sa.Integer(), nullable=True),
        sa.Column('kind', sa.String(length=16), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('days', sa.Integer(), nullable=False),
        sa.Column('by_id', sa.Integer(), nullable=False),
        sa.Column('at', core.db.UTCDateTime(timezone=True), nullable=False),
        sa.Column('decision', sa.String(length=16), nullable=False),
        sa.Column('decision_words', sa.String(length=500), nullable=False),
        sa.Column('decided_by_id', sa.Integer(), nullable=True),
        sa.Column('decided_at', core.db.UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['by_id'], ['user.id'], name=op.f('fk_plea_by_id_user')),
        sa.ForeignKeyConstraint(['decided_by_id'], ['user.id'], name=op.f('fk_plea_decided_by_id_user')),
        sa.ForeignKeyConstraint(['finding_id'], ['finding.id'], name=op.f('fk_plea_finding_id_finding')),
        sa.ForeignKeyConstraint(['rectification_id'], ['rectification.id'], name=op.f('fk_plea_rectification_id_rectification')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_plea'))
    )
    op.create_index(op.f('ix_plea_finding_id'), 'plea', ['finding_id'], unique=False)
    op.create_index(op.f('ix_plea_rectification_id'), 'plea', ['rectification_id'], unique=False)
    op.create_table('finding_file',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('finding_id', sa.Integer(), nullable=False),
        sa.Column('purpose', sa.String(length=16), nullable=False),
        sa.Column('measure_id', sa.Integer(), nullable=True),
        sa.Column('file_id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('by', sa.String(length=64), nullable=False),
        sa.Column('at', core.db.UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_finding_file_file_id_stored_file')),
        sa.ForeignKeyConstraint(['finding_id'], ['finding.id'], name=op.f('fk_finding_file_finding_id_finding')),
        sa.ForeignKeyConstraint(['measure_id'], ['measure.id'], name=op.f('fk_finding_file_measure_id_measure')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_finding_file'))
    )
    op.create_index(op.f('ix_finding_file_finding_id'), 'finding_file', ['finding_id'], unique=False)
    op.create_index(op.f('ix_finding_file_measure_id'), 'finding_file', ['measure_id'], unique=False)
    op.create_table('planned_sample',
        sa.Column('sample_id', sa.Integer(), nullable=False),
        sa.Column('target_id', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['sample_id'], ['record_sample.id'], name=op.f('fk_planned_sample_sample_id_record_sample')),
        sa.ForeignKeyConstraint(['target_id'], ['plan_target.id'], name=op.f('fk_planned_sample_target_id_plan_target')),
        sa.PrimaryKeyConstraint('sample_id', name=op.f('pk_planned_sample'))
    )
    op.create_index(op.f('ix_planned_sample_target_id'), 'planned_sample', ['target_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_planned_sample_target_id'), table_name='planned_sample')
    op.drop_table('planned_sample')
    op.drop_index(op.f('ix_finding_file_measure_id'), table_name='finding_file')
    op.drop_index(op.f('ix_finding_file_finding_id'), table_name='finding_file')
    op.drop_table('finding_file')
    op.drop_index(op.f('ix_plea_rectification_id'), table_name='plea')
    op.drop_index(op.f('ix_plea_finding_id'), table_name='plea')
    op.drop_table('plea')
    op.drop_index(op.f('ix_measure_rectification_id'), table_name='measure')
    op.drop_index(op.f('ix_measure_finding_id'), table_name='measure')
    op.drop_table('measure')
    op.drop_index('ix_finding_state', table_name='finding')
    op.drop_index(op.f('ix_finding_sample_id'), table_name='finding')
    op.drop_index('ix_finding_repeat', table_name='finding')
    op.drop_index(op.f('ix_finding_rectification_id'), table_name='finding')
    op.drop_index(op.f('ix_finding_outlet_id'), table_name='finding')
    op.drop_index('ix_finding_found', table_name='finding')
    op.drop_index('ix_finding_enterprise', table_name='finding')
    op.drop_index('ix_finding_clause', table_name='finding')
    op.drop_index(op.f('ix_finding_check_id'), table_name='finding')
    op.drop_table('finding')
    op.drop_index(op.f('ix_check_signature_check_id'), table_name='check_signature')
    op.drop_table('check_signature')
    op.drop_index('ix_check_photo_item', table_name='check_photo')
    op.drop_table('check_photo')
    op.drop_index(op.f('ix_check_inspector_user_id'), table_name='check_inspector')
    op.drop_table('check_inspector')
    op.drop_index('ix_check_entry_item', table_name='check_entry')
    op.drop_table('check_entry')
    op.drop_index(op.f('ix_check_addendum_check_id'), table_name='check_addendum')
    op.drop_table('check_addendum')
    op.drop_index(op.f('ix_site_check_target_id'), table_name='site_check')
    op.drop_index('ix_site_check_state', table_name='site_check')
    op.drop_index('ix_site_check_enterprise', table_name='site_check')
    op.drop_table('site_check')
    op.drop_index(op.f('ix_recheck_rectification_id'), table_name='recheck')
    op.drop_table('recheck')
    op.drop_index(op.f('ix_plan_target_plan_id'), table_name='plan_target')
    op.drop_index('ix_plan_target_enterprise', table_name='plan_target')
    op.drop_table('plan_target')
    op.drop_index(op.f('ix_escalation_rectification_id'), table_name='escalation')
    op.drop_table('escalation')
    op.drop_index('ix_rectification_state', table_name='rectification')
    op.drop_index(op.f('ix_rectification_enterprise_id'), table_name='rectification')
    op.drop_index(op.f('ix_rectification_due_at'), table_name='rectification')
    op.drop_table('rectification')
    op.drop_index('ix_inspection_plan_state', table_name='inspection_plan')
    op.drop_table('inspection_plan')
    op.drop_index(op.f('ix_tablet_organization_id'), table_name='tablet')
    op.drop_table('tablet')
    op.drop_index(op.f('ix_checklist_version_state'), table_name='checklist_version')
    op.drop_table('checklist_version')
    op.drop_table('checklist')
