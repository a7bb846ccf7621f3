"""The words that rulesets and code share: a ruleset may use only these, and must hold the required ones."""

from __future__ import annotations

from domain.roles import ENTERPRISE_ROLES, REGULATOR_ROLES, Role

ACTION_CODES = frozenset(
    {
        "register", "request_info", "record_info", "waive_written", "accept", "decline",
        "answer_now", "ask", "give_answer", "dispatch", "urgent_dispatch", "assign",
        "return_assignment", "decide_return", "investigate", "note", "verify", "report_misconduct",
        "correct_lapse", "explain", "rectify", "complete_rectification", "apologise", "talk",
        "shelve_talk", "refer_to_leader", "instruct", "reply", "report_back", "review_accept",
        "review_return", "callback", "reopen", "close", "archive", "raise_level", "progress_notice",
        "urge", "supervise", "answer_supervision", "lift_supervision", "correct", "link_duplicate",
        "merge", "unmerge", "request_extension", "decide_extension", "request_suspension",
        "decide_suspension", "resume", "request_withdrawal", "decide_withdrawal", "take_up",
        "sample", "submit_ledger", "change_people", "relay_question", "relay_answer", "request_no_more",
        "decide_no_more", "tell_no_more", "outside_sign", "outside_ask", "outside_decide", "fill_back",
        "redispatch", "consult", "transfer", "transfer_receipt", "transfer_back", "attach_incident",
        "detach_incident", "close_by_incident",
    }
)

GUARD_CODES = frozenset(
    {
        "written_text_for_significant", "nature_decided", "decline_reason_told",
        "first_contact_noted", "unit_named", "investigator_named", "findings_complete",
        "service_class_given", "misconduct_reported", "lapse_corrected",
        "misunderstanding_explained", "rectification_planned", "rectification_done",
        "leader_instructed", "reply_date_within_cap", "adoption_told", "reply_substantial",
        "promise_within_authority", "replier_competent", "report_before_review", "report_complete",
        "review_reason", "progress_told", "apology_made", "apology_by_leader", "talks_enough",
        "judgement_recorded", "level_only_rises", "department_answer_given", "closing_right",
        "callback_done", "extension_allowed", "suspension_allowed", "channel_in_force",
        "category_given", "first_receiver_kept", "receipt_time_valid", "liability_settled",
    }
)

OBLIGATIONS = frozenset(
    {
        "acceptance", "completion", "instruction", "report_back", "review", "callback", "archive",
    }
)

RATE_CODES = frozenset({"acceptance", "completion"})

# How rates are counted; the second line are the kinds that are left out (domain.rates.EXCLUDED).
COUNTING_CODES = frozenset(
    {
        "received_in_period", "overdue_open", "first_round", "every_limit",
        "declined", "merged", "withdrawn", "transferred", "incident", "no_more", "anonymous",
        "open_not_due", "no_limit",
    }
)

REQUIRED_OBLIGATIONS = frozenset({"acceptance", "completion", "callback", "archive"})

REQUIRED_SETTINGS = frozenset(
    {
        "acceptance_needs_written", "significant_definition", "talks_before_shelving",
        "callback_required", "closing_right_level_1", "closing_right_level_2",
        "closing_right_level_3", "extension_allowed", "suspension_allowed", "withdrawal_allowed",
        "level_1_opens_supervision", "supervise_after_reopens", "duplicate_window_days",
        "surge_count", "surge_days", "ledger_period", "assessment_period", "retention_default",
        "retention_level_1", "due_soon_workdays", "reply_min_length", "supervision_limit_workdays",
        "urge_escalates_after", "written_text_workdays",
    }
)

# Roles whose promises a ruleset can bound (Q1.5).
PROMISING_ROLES = (REGULATOR_ROLES | ENTERPRISE_ROLES) - {Role.DISCLOSER, Role.ACCOUNT_MANAGER}

PLACEHOLDERS = frozenset(
    {
        "case_number", "complainant", "enterprise", "unit", "received", "due", "reason", "missing",
        "reply", "phone", "until",
    }
)

IMPACT_LEVELS = (1, 2, 3)
