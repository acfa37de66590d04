"""What a PDF says of itself: its title, and the line that it carries as its subject. Only here is pypdf used."""

from __future__ import annotations

import io
import logging

import pypdf

from resviz.core.knob import SpecError

BEGINS = b"%PDF-"

# what pypdf notices on the way is no concern of whoever draws or opens a figure
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def subject(data: bytes) -> str:
    """The subject of a PDF, or "" where it has none or is too damaged; raises SpecError where it is encrypted."""
    encrypted = False
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        encrypted = reader.is_encrypted
        about = reader.metadata
        return str(about.subject or "") if about else ""
    except Exception:  # a PDF of anybody: pypdf lets through whatever Python raises on its damaged parts
        if encrypted:
            raise SpecError("this PDF is encrypted: save it without a password to open it here") from None
        return ""


def described(data: bytes, title: str, subject: str) -> bytes:
    """The PDF with a title and a subject."""
    writer = pypdf.PdfWriter(io.BytesIO(data))
    writer.add_metadata({"/Title": title, "/Creator": "resviz", "/Subject": subject})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
