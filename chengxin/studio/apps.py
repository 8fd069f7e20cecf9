from django.apps import AppConfig


class StudioConfig(AppConfig):
    name = "chengxin.studio"
    verbose_name = "指标定制"
