"""Tables of the roster and of handing over."""

from blueprints.duty.models.leaving import AccountHandover
from blueprints.duty.models.shifts import DutyPerson, DutyShift, ShiftHandover

__all__ = ["AccountHandover", "DutyPerson", "DutyShift", "ShiftHandover"]
