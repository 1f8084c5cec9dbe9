from django.apps import AppConfig


class LookConfig(AppConfig):
    name = "limner.look"
    label = "look"
