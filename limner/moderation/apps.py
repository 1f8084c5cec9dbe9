from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "limner.moderation"
    label = "moderation"
