"""Addresses of the back office's risk room: the inbox, one alert, directives."""

from django.urls import path

from chengxin.risk import pages

urlpatterns = [
    # /alerts/
    path("alerts/", pages.listed, name="alerts"),
    path("alerts/list", pages.fragment, name="alerts-list"),
    path("alerts/stream", pages.stream, name="alerts-stream"),
    path("alerts/about/<str:about>", pages.about, name="alerts-about"),
    # /alerts/<pk>/
    path("alerts/<int:pk>/", pages.alert, name="alert"),
    path("alerts/<int:pk>/judge", pages.judge, name="judge-alert"),
    path("alerts/<int:pk>/release", pages.release, name="release-alert"),
    # /directives/<pk>/
    path("directives/<int:pk>/lift", pages.lift, name="lift-directive"),
]
