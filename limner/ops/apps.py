from django.apps import AppConfig


class OpsConfig(AppConfig):
    name = "limner.ops"
    label = "ops"
