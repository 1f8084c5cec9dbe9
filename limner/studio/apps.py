from django.apps import AppConfig


class StudioConfig(AppConfig):
    name = "limner.studio"
    label = "studio"
