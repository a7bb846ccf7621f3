"""What the rule systems say for an enterprise now, what a case was accepted under, and who may change it."""

from __future__ import annotations

from blueprints.rulebook.service.in_force import (
    local_rules,
    pin,
    pinned,
    remembered,
    ruleset_for,
    settings_owner,
)
from blueprints.rulebook.service.law_limits import (
    add_law,
    adopt_laws,
    change_law,
    law_limits_for,
    set_law_active,
)
from blueprints.rulebook.service.local_values import StaleSetting, change_setting
from blueprints.rulebook.service.texts import (
    RulesFileFault,
    base_ruleset,
    check_files,
    clause_of,
    default_laws,
    load_rulesets,
    ruleset_codes,
)

__all__ = [
    "RulesFileFault",
    "StaleSetting",
    "add_law",
    "adopt_laws",
    "base_ruleset",
    "change_law",
    "change_setting",
    "check_files",
    "clause_of",
    "default_laws",
    "law_limits_for",
    "load_rulesets",
    "local_rules",
    "pin",
    "pinned",
    "remembered",
    "ruleset_codes",
    "ruleset_for",
    "set_law_active",
    "settings_owner",
]
