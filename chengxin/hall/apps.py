from django.apps import AppConfig


class HallConfig(AppConfig):
    name = "chengxin.hall"
    verbose_name = "办税服务厅"
