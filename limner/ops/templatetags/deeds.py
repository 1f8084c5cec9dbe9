"""What the audit log's verbs mean, in words."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext, gettext_noop

register = template.Library()

DEEDS = {
    "account_changed": gettext_noop("changed an account"),
    "approve": gettext_noop("approved"),
    "ban": gettext_noop("shut out"),
    "delete": gettext_noop("deleted an account"),
    "dismiss": gettext_noop("found nothing wrong with"),
    "invite": gettext_noop("made an invitation"),
    "let_in": gettext_noop("let in"),
    "model_pulled": gettext_noop("pulled a model"),
    "model_removed": gettext_noop("removed a model"),
    "moderator": gettext_noop("made a moderator"),
    "no moderator": gettext_noop("made no longer a moderator"),
    "no owner": gettext_noop("made no longer an owner"),
    "owner": gettext_noop("made an owner"),
    "plan": gettext_noop("gave another plan"),
    "plan_changed": gettext_noop("changed a plan"),
    "plan_made": gettext_noop("made a plan"),
    "reset_link": gettext_noop("made a link for another password"),
    "restore": gettext_noop("put back"),
    "revoke": gettext_noop("revoked an invitation"),
    "rule_changed": gettext_noop("changed a rule"),
    "rule_deleted": gettext_noop("deleted a rule"),
    "rule_made": gettext_noop("made a rule"),
    "take_down": gettext_noop("took down"),
    "turn_away": gettext_noop("turned away"),
    "unban": gettext_noop("let in again"),
}


@register.filter
def deed(verb: str) -> str:
    """`took down` for `take_down`, in the page's language; a verb that has no words as it is."""
    return gettext(DEEDS[verb]) if verb in DEEDS else verb
