from django.apps import AppConfig


class OversightConfig(AppConfig):
    name = "chengxin.oversight"
    verbose_name = "内控"
