from django.apps import AppConfig


class PromptsConfig(AppConfig):
    name = "limner.prompts"
    label = "prompts"
