from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "limner.accounts"
    label = "accounts"
