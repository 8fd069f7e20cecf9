from django.apps import AppConfig


class HallConfig(AppConfig):
    name = "chengxin.hall"
    verbose_name = "办税服务厅"

    def ready(self) -> None:
        from chengxin.hall import signing_out

        signing_out.listen()
