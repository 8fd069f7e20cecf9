"""Every address of the system, grouped by room."""

from django.urls import include, path

from chengxin.web import views

urlpatterns = [
    path("", views.front, name="front"),
    path("healthz", views.healthz, name="healthz"),
    path("language/", include("django.conf.urls.i18n")),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("", include("chengxin.selfservice.urls")),
    path("", include("chengxin.oversight.urls")),
    path("", include("chengxin.hall.urls")),
    path("", include("chengxin.risk.urls")),
    path("", include("chengxin.studio.urls")),
    path("", include("chengxin.panorama.urls")),
    path("", include("chengxin.people.urls")),
    path("", include("chengxin.exchange.urls")),
]
