from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "chengxin.people"
    verbose_name = "人员与企业"
