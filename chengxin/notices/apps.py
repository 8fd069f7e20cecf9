from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "chengxin.notices"
    verbose_name = "通知提醒"
