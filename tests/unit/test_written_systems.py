"""Which written systems are asked for, in force, missing."""

from __future__ import annotations

from datetime import date

import pytest

from domain.written_systems import Version, asked_of, in_force, missing

DAY = date(2026, 10, 12)


@pytest.mark.rule("F3.3.3", "F3.4.2")
def test_eight_systems_are_asked_of_power_and_gas():
    assert [s.name for s in asked_of("fuling")] == [
        "服务管理制度", "服务承诺制度", "服务投诉处理制度", "服务责任问责制度",
        "首问负责制", "限时办结制", "帮办代办制", "个性服务制",
    ]  # fmt: skip
    assert len(missing([], "fuling", DAY)) == 8
    have = [Version(1, "first_receiver", 1, date(2026, 1, 1))]
    assert "首问负责制" not in [s.name for s in missing(have, "fuling", DAY)]


@pytest.mark.rule("Q0")
def test_a_company_under_q_publishes_q_itself():
    assert [s.name for s in asked_of("qitaihe")] == ["用户投诉处理公开制度"]


@pytest.mark.rule("F3.3.3")
def test_the_version_of_a_day():
    versions = [
        Version(1, "service", 1, date(2025, 1, 1)),
        Version(2, "service", 2, date(2026, 6, 1), repealed=date(2026, 12, 1)),
    ]
    assert in_force(versions, "service", date(2024, 12, 31)) is None
    assert in_force(versions, "service", date(2026, 5, 31)).id == 1
    assert in_force(versions, "service", DAY).id == 2
    assert in_force(versions, "service", date(2026, 12, 1)) is None
