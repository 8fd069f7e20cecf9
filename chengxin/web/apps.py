from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "chengxin.web"
    verbose_name = "纳税诚信信息应用管理系统"
