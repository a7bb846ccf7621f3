"""Tables of inspection (F5.3, F6): draws, samples, checklists, plans, on-site checks, findings."""

from blueprints.inspection.models.checklists import Checklist, ChecklistVersion
from blueprints.inspection.models.checks import (
    CheckAddendum,
    CheckEntry,
    CheckInspector,
    CheckPhoto,
    CheckSignature,
    SiteCheck,
    Tablet,
)
from blueprints.inspection.models.draws import Draw, InspectorCertificate
from blueprints.inspection.models.findings import (
    Escalation,
    Finding,
    FindingFile,
    Measure,
    Plea,
    Recheck,
    Rectification,
)
from blueprints.inspection.models.plans import InspectionPlan, PlanTarget
from blueprints.inspection.models.sampling import RecordSample, SampledRecord, SampleEvidence

__all__ = [
    "CheckAddendum",
    "CheckEntry",
    "CheckInspector",
    "CheckPhoto",
    "CheckSignature",
    "Checklist",
    "ChecklistVersion",
    "Draw",
    "Escalation",
    "Finding",
    "FindingFile",
    "InspectionPlan",
    "InspectorCertificate",
    "Measure",
    "PlanTarget",
    "Plea",
    "Recheck",
    "RecordSample",
    "Rectification",
    "SampleEvidence",
    "SampledRecord",
    "SiteCheck",
    "Tablet",
]
