"""Addresses of what came in."""

from django.urls import path

from chengxin.exchange import api, pages

urlpatterns = [
    # /deliveries/
    path("deliveries/", pages.sources, name="deliveries"),
    path("deliveries/<slug:name>/", pages.source, name="deliveries-of"),
    # /runs/
    path("runs/", pages.runs, name="runs"),
    path("runs/<int:pk>/", pages.run, name="run"),
    # /api/v1/
    path("api/v1/facts/<slug:table>", api.tell, name="facts"),
    path("api/v1/events/<int:pk>", api.event, name="event"),
]
