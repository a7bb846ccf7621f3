"""Forms of self-disclosure."""

from blueprints.disclosure.forms.duties import (
    ClaimForm,
    DecideForm,
    DutyForm,
    EndForm,
    ProfileForm,
    ReasonForm,
)
from blueprints.disclosure.forms.versions import (
    ChangedForm,
    CheckForm,
    DraftForm,
    FileForm,
    RemarkForm,
    proofs_of,
    publish_form,
)

__all__ = [
    "ChangedForm",
    "CheckForm",
    "ClaimForm",
    "DecideForm",
    "DraftForm",
    "DutyForm",
    "EndForm",
    "FileForm",
    "ProfileForm",
    "ReasonForm",
    "RemarkForm",
    "proofs_of",
    "publish_form",
]
