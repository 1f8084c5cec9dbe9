"""Forms of the accounts room that are not allauth's."""

from __future__ import annotations

from django import forms

from limner.accounts.models import Plan


class InviteForm(forms.Form):
    """An invitation to be made. Its plan may be any: whoever may invite may give."""

    note = forms.CharField(max_length=120, required=False)
    plan = forms.ModelChoiceField(Plan.objects.order_by("name"), required=False)
    uses = forms.IntegerField(min_value=1, max_value=1000, initial=1)
    days = forms.IntegerField(min_value=1, max_value=365, initial=7)
