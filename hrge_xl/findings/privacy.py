"""P: what looks like personal data, which has no place in these workbooks."""

from .model import warning

E_MAIL_ADDRESS = warning(
    "P001",
    message="{label}: the text seems to hold an e-mail address.",
    remedy="Remove it; name roles, not people.",
    why="The workbooks are about victims and suspects; nobody should be found through them.",
    example="“Ask name@example.org”.",
    shown={"label": "Comments"},
)
PHONE_NUMBER = warning(
    "P002",
    message="{label}: the text seems to hold a phone number.",
    remedy="Remove it; name roles, not people.",
    why="The workbooks are about victims and suspects; nobody should be found through them.",
    example="“+00 700 123 456”.",
    shown={"label": "Comments"},
)
DOCUMENT_NUMBER = warning(
    "P003",
    message="{label}: the text seems to hold the number of a document or a case.",
    remedy="Remove it unless it is a public reference.",
    why="Passport, identity and case numbers lead to a person.",
    example="“passport AB1234567”.",
    shown={"label": "Comments"},
)
