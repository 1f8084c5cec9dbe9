"""Prices in the operator's pages."""

from __future__ import annotations

from django import template

from limner.engines import prices

register = template.Library()
register.filter("money", prices.money)
