"""Forms of the owner's pages: each names the fields that it takes, and takes no other."""

from __future__ import annotations

from decimal import Decimal
from math import isqrt
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from limner.accounts.models import Plan
from limner.accounts.people import MOST_DAYS, MOST_USES
from limner.accounts.plans import for_new_people
from limner.accounts.storage_use import MB
from limner.engines.catalog import catalog
from limner.errors import InvalidRequest
from limner.look.speech import spoken
from limner.moderation.models import Action, PlanAction, Rule
from limner.moderation.rules import checked_pattern

THOUSAND = Decimal(1000)


if TYPE_CHECKING:
    FormOfPlan = forms.ModelForm[Plan]
    FormOfRule = forms.ModelForm[Rule]
else:
    FormOfPlan = FormOfRule = forms.ModelForm


class PlanForm(FormOfPlan):
    """A plan in the units that people think in: credits and megabytes."""

    month = forms.DecimalField(
        label=_("Credits a month"), required=False, min_value=0, max_digits=12, decimal_places=3
    )
    day = forms.DecimalField(label=_("Credits a day"), required=False, min_value=0, max_digits=12, decimal_places=3)
    megabytes = forms.IntegerField(label=_("Storage, in MB"), required=False, min_value=1, max_value=10**9)
    side = forms.IntegerField(
        label=_("Largest picture: 1024 is 1024 × 1024, or as many pixels in another shape"),
        required=False, min_value=16, max_value=100_000,
    )  # fmt: skip
    models = forms.CharField(label=_("Models, between commas"), required=False, max_length=2000)

    class Meta:
        model = Plan
        fields = (
            "name",
            "weight",
            "requests_per_minute",
            "running_jobs",
            "for_new_people",
            "for_guests",
        )
        labels = {
            "name": _("Name"),
            "weight": _("Turns of the machine: 2 has twice those of 1"),
            "requests_per_minute": _("Requests a minute"),
            "running_jobs": _("Jobs at a time"),
            "for_new_people": _("New people begin with it"),
            "for_guests": _("Guests have it"),
        }
        help_texts = dict.fromkeys(fields, "")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plan = self.instance
        for name, kept in (("month", plan.credits_per_month), ("day", plan.credits_per_day)):
            self.initial[name] = None if kept is None else (Decimal(kept) / THOUSAND).normalize()
        self.initial["megabytes"] = None if plan.storage_bytes is None else plan.storage_bytes // MB
        self.initial["side"] = None if plan.largest_pixels is None else isqrt(plan.largest_pixels)
        self.initial["models"] = ", ".join(plan.allowed_models)
        dressed(self)

    def clean_weight(self) -> float:
        weight: float = self.cleaned_data["weight"]
        if not 0.01 <= weight <= 1000:
            raise forms.ValidationError(_("Between 0.01 and 1000."))
        return weight

    def clean_requests_per_minute(self) -> int:
        allowed: int = self.cleaned_data["requests_per_minute"]
        if allowed < 1:
            raise forms.ValidationError(_("At least 1."))
        return allowed

    def clean_models(self) -> list[str]:
        names = [name.strip() for name in self.cleaned_data["models"].split(",") if name.strip()]
        if unknown := [name for name in names if catalog().get(name) is None]:
            raise forms.ValidationError(_("There is no model called %(name)s."), params={"name": unknown[0][:80]})
        return names

    def save(self, commit: bool = True) -> Plan:
        """Only one plan is for new people, and one for guests: those that were are no more."""
        plan = self.instance
        told = self.cleaned_data
        plan.credits_per_month = None if told["month"] is None else int(told["month"] * THOUSAND)
        plan.credits_per_day = None if told["day"] is None else int(told["day"] * THOUSAND)
        if "megabytes" in self.changed_data:  # else it keeps what is no whole number of them
            plan.storage_bytes = None if told["megabytes"] is None else told["megabytes"] * MB
        if "side" in self.changed_data:  # else it keeps what is no square
            plan.largest_pixels = None if told["side"] is None else told["side"] ** 2
        plan.allowed_models = told["models"]
        for flag in ("for_new_people", "for_guests"):
            if getattr(plan, flag):
                Plan.objects.filter(**{flag: True}).exclude(pk=plan.pk).update(**{flag: False})
        return super().save(commit)

    def _get_validation_exclusions(self) -> set[str]:
        """Not that one plan alone has the mark: `save` takes it from the plan that had it."""
        return {*super()._get_validation_exclusions(), "for_new_people", "for_guests"}  # type: ignore[misc]


class InviteForm(forms.Form):
    """An invitation to be made. Its plan may be any: whoever may invite may give."""

    note = forms.CharField(label=_("Whom it is for"), max_length=120, required=False)
    plan = forms.ModelChoiceField(Plan.objects.order_by("name"), label=_("Plan"), required=False)
    uses = forms.IntegerField(label=_("How many people"), min_value=1, max_value=MOST_USES, initial=1)
    days = forms.IntegerField(label=_("Days it works"), min_value=1, max_value=MOST_DAYS, initial=7)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = gettext("As for new people: %(plan)s") % {"plan": for_new_people().name}
        cast("forms.ModelChoiceField[Plan]", self.fields["plan"]).empty_label = usual
        dressed(self)


class RuleForm(FormOfRule):
    """A rule, and what it does for plans that are treated differently."""

    class Meta:
        model = Rule
        fields = ("name", "kind", "pattern", "action", "active")
        labels = {
            "name": _("Name"),
            "kind": _("Looks for"),
            "pattern": _("Words between commas, an expression, or categories of the server"),
            "action": _("What follows"),
            "active": _("In use"),
        }
        help_texts = dict.fromkeys(fields, "")
        widgets = {"pattern": forms.Textarea(attrs={"rows": 4, "dir": "auto", "spellcheck": "false"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plans = {f"plan-{plan.pk}": plan for plan in Plan.objects.order_by("name")}
        self.fields["kind"] = forms.ChoiceField(label=_("Looks for"), choices=Rule.Kind.choices)
        mine = dict(PlanAction.objects.filter(rule=self.instance.pk).values_list("plan", "action"))
        for name, plan in self.plans.items():
            choices = [("", _("As for everybody")), *Action.choices]
            self.fields[name] = forms.ChoiceField(label=plan.name, required=False, choices=choices)
            self.initial[name] = mine.get(plan.pk, "")
        dressed(self)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        try:
            told["pattern"] = checked_pattern(told.get("kind", ""), told.get("pattern", ""))
        except InvalidRequest as error:
            self.add_error(error.param if error.param in self.fields else None, spoken(error.message))
        return told

    def save(self, commit: bool = True) -> Rule:
        rule = super().save(commit)
        rule.for_plans.all().delete()
        wanted = [(plan, self.cleaned_data[name]) for name, plan in self.plans.items()]
        PlanAction.objects.bulk_create(PlanAction(rule=rule, plan=plan, action=act) for plan, act in wanted if act)
        return rule


def dressed(form: forms.BaseForm) -> None:
    """The look's classes on every field."""
    for field in form.fields.values():
        kind = field.widget
        if isinstance(kind, forms.CheckboxInput):
            continue
        kind.attrs["class"] = "select" if isinstance(kind, forms.Select) else "input"
