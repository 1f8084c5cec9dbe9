"""Sizes of models, as the errors about them say it: a thousand million bytes are a gigabyte."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def gigabytes(count: int) -> str:
    """`2.6 GB`, and `13 MB` where it is less than a tenth of one, as the page's language writes numbers."""
    if count >= 1e8 or not count:
        return f"{number_format(count / 1e9, 1)} GB"
    return f"{number_format(round(count / 1e6))} MB"
