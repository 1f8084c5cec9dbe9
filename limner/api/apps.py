from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "limner.api"
    label = "api"
