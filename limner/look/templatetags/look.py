"""What templates of every room may use: icons, sentences of rooms without Django, and words for scripts."""

from __future__ import annotations

import re

from django import template
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString, mark_safe

from limner.look.speech import script_words, spoken

register = template.Library()
register.filter("spoken", spoken)

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Unicode's signs that turn the letters after them around."""

# Drawn on a 24 × 24 grid with round 1.75 strokes, so that they sit beside the serif without shouting.
_ICONS = {
    "brush": '<path d="M9.5 14.5 19.8 4.2M9.4 14.6c1.6 1.6 1 4.6-1.3 5.5-1.7.7-3.9.4-5.1-.6 1.5-.4 1.7-1.5 '
    '1.9-2.7.3-2 2.7-3.4 4.5-2.200Z"/>',
    "download": '<path d="M12 4v11m0 0 4.5-4.500M12 15l-4.5-4.500M5 19.500h14"/>',
    "again": '<path d="M19.5 12a7.5 7.5 0 1 1-2.3-5.400M19.5 3.500v4h-4"/>',
    "close": '<path d="m6 6 12 12M18 6 6 18"/>',
    "minus": '<path d="M6 12h12"/>',
    "plus": '<path d="M6 12h12M12 6v12"/>',
    "vary": '<path d="M4.500 4.500h6v6h-6zM13.500 4.500h6v6h-6zM4.500 13.500h6v6h-6zM13.500 13.500h6v6h-6z"/>',
    "words": '<path d="M4.5 6.500h15M4.5 12h15M4.5 17.500h8"/>',
    "chevron": '<path d="m6.5 9.5 5.5 5.5 5.5-5.5"/>',
    "dice": '<rect x="4.5" y="4.5" width="15" height="15" rx="3"/>'
    '<path d="M9 9v.1M15 9v.1M12 12v.1M9 15v.1M15 15v.1"/>',
    "notice": '<path d="M12 11v5.500M12 7.600v.1"/><circle cx="12" cy="12" r="8.5"/>',
    "copy": '<path d="M9 8.500h10.500V20H9zM15 8.500V4.500H4.500V16H9"/>',
    "edit": '<path d="M4.500 19.500 5.500 15 16 4.500l3.500 3.500L9 18.500Z"/>',
    "fit": '<path d="M4.500 9V4.500H9M15 4.500h4.500V9M19.500 15v4.500H15M9 19.500H4.500V15"/>',
    "image": '<path d="M4.500 5.500h15v13h-15zM5 17l5-5 3.500 3.500 2.500-2.500 3.500 3.500"/>'
    '<circle cx="15" cy="9.500" r="1.2"/>',
    "left": '<path d="M14.500 5.500 8 12l6.500 6.500"/>',
    "link": '<path d="M10 14 14.500 9.500M10.500 7l2-2a4.600 4.600 0 0 1 6.500 6.500l-2 2'
    'M13.500 17l-2 2A4.600 4.600 0 0 1 5 12.500l2-2"/>',
    "page": '<path d="M13 4.500h6.500V11M19 5l-8.500 8.500M16.500 14v5.500h-12v-12H10"/>',
    "undo": '<path d="M8.500 6 4.500 10l4 4M5 10h9a5 5 0 0 1 0 10h-4"/>',
    "right": '<path d="M9.500 5.500 16 12l-6.500 6.500"/>',
}


@register.filter
def apart(text: str) -> SafeString:
    """What somebody wrote, inside a sentence of ours: nothing in it turns the sentence around."""
    return format_html("<bdi>{}</bdi>", text)


@register.filter
def unturned(text: str) -> str:
    """The same where no element can hold it apart, as in a page's title: without the signs that turn text around."""
    return _TURNING.sub("", text)


@register.simple_tag
def icon(name: str) -> SafeString:
    """`{% icon "download" %}`: a drawing that screen readers pass over; the words beside it say what it means."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">{}</svg>',
        mark_safe(_ICONS[name]),  # noqa: S308 (our own constant)
    )


@register.simple_tag
def words_for_scripts() -> SafeString:
    """What this page's scripts say, for `js/words.js`. Nothing in English: they say it as it is written."""
    found = script_words()
    return json_script(found, "script-words") if found else SafeString()
