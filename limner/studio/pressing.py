"""A button that is pressed twice, and a form that is sent again after a lost line: they ask for one thing."""

from __future__ import annotations

import hashlib
import json

from django.http import QueryDict


def one_press(form: QueryDict, *said: object) -> str | None:
    """The same for two presses of one form with the same in it: one that was gone back to asks for new things.

    None where the form has no token.
    """
    token = form.get("ask", "")
    return f"studio:{hashlib.sha256(json.dumps([token, *said]).encode()).hexdigest()}" if token else None
