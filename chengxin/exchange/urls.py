"""Addresses of what came in."""

from django.urls import path

from chengxin.exchange import pages

urlpatterns = [
    # /deliveries/
    path("deliveries/", pages.sources, name="deliveries"),
    path("deliveries/<slug:name>/", pages.source, name="deliveries-of"),
]
