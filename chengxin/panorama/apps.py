from django.apps import AppConfig


class PanoramaConfig(AppConfig):
    name = "chengxin.panorama"
    verbose_name = "风险全景"
