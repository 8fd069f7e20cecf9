"""Addresses of the traces."""

from django.urls import path

from chengxin.oversight import pages

urlpatterns = [
    # /traces/
    path("traces/", pages.traces, name="traces"),
    path("traces/export", pages.export, name="traces-export"),
    path("traces/looks", pages.without_ground, name="traces-looks"),
    path("traces/officers", pages.by_officer, name="traces-officers"),
    path("traces/<int:pk>/", pages.trace, name="trace"),
    path("traces/<int:pk>/live.jpg", pages.picture, {"which": "live"}, name="trace-live"),
    path(
        "traces/<int:pk>/reference.jpg",
        pages.picture,
        {"which": "reference"},
        name="trace-reference",
    ),
]
