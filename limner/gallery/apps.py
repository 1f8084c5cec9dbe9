from django.apps import AppConfig


class GalleryConfig(AppConfig):
    name = "limner.gallery"
    label = "gallery"
