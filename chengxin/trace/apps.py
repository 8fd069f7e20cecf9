from django.apps import AppConfig


class TraceConfig(AppConfig):
    name = "chengxin.trace"
    verbose_name = "办税痕迹"
