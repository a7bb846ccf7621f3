"""Tables of emergencies and incidents."""

from blueprints.hotline.models.emergencies import EMERGENCIES, EmergencyAlarm
from blueprints.hotline.models.incidents import Incident, IncidentCall, IncidentTelling, IncidentUpdate

__all__ = ["EMERGENCIES", "EmergencyAlarm", "Incident", "IncidentCall", "IncidentTelling", "IncidentUpdate"]
