from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "limner.jobs"
    label = "jobs"
