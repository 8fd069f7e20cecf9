"""Addresses of the dossiers."""

from django.urls import path

from chengxin.people import pages

urlpatterns = [
    # /people/
    path("people/", pages.search, name="dossier-search"),
    path("people/graph", pages.graph, name="dossier-graph"),
    path("people/<str:person_id>/", pages.person, name="dossier-person"),
    path("people/<str:person_id>/reveal", pages.reveal, name="dossier-reveal"),
    # /enterprises/<id>/
    path("enterprises/<str:enterprise_id>/", pages.enterprise, name="dossier-enterprise"),
]
