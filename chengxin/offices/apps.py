from django.apps import AppConfig


class OfficesConfig(AppConfig):
    name = "chengxin.offices"
    verbose_name = "税务机关"
