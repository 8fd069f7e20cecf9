from django.apps import AppConfig


class RiskConfig(AppConfig):
    name = "chengxin.risk"
    verbose_name = "风险管理"
