from django.apps import AppConfig


class SelfServiceConfig(AppConfig):
    name = "chengxin.selfservice"
    verbose_name = "自助办税"
