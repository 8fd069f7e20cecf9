from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "chengxin.exchange"
    verbose_name = "数据交换"
