"""Addresses of the dossiers."""

from django.urls import path

from chengxin.people import frozen_pages, identity_pages, likeness_pages, pages, rights_pages

urlpatterns = [
    # /people/
    path("people/", pages.search, name="dossier-search"),
    path("people/graph", pages.graph, name="dossier-graph"),
    path("people/<str:person_id>/", pages.person, name="dossier-person"),
    path("people/<str:person_id>/reveal", pages.reveal, name="dossier-reveal"),
    path("people/<str:pk>/rows/<slug:table>", pages.rows, {"kind": "person"}, name="person-rows"),
    path("people/<str:pk>/export", pages.export, {"kind": "person"}, name="person-export"),
    path("people/<str:pk>/printing", pages.printing, {"kind": "person"}, name="person-print"),
    # /enterprises/<id>/
    path("enterprises/<str:enterprise_id>/", pages.enterprise, name="dossier-enterprise"),
    path(
        "enterprises/<str:pk>/rows/<slug:table>",
        pages.rows,
        {"kind": "enterprise"},
        name="enterprise-rows",
    ),
    path(
        "enterprises/<str:pk>/export",
        pages.export,
        {"kind": "enterprise"},
        name="enterprise-export",
    ),
    path(
        "enterprises/<str:pk>/printing",
        pages.printing,
        {"kind": "enterprise"},
        name="enterprise-print",
    ),
    # /likenesses/
    path("likenesses/", likeness_pages.likenesses_page, name="likenesses"),
    path("likenesses/<int:pk>/judge", likeness_pages.judge, name="judge-likeness"),
    path("likenesses/<int:pk>/withdraw", likeness_pages.withdraw, name="withdraw-likeness"),
    path("likenesses/<int:pk>/<slug:which>.jpg", likeness_pages.picture, name="likeness-picture"),
    # /frozen/
    path("frozen/", frozen_pages.listed, name="frozen"),
    path("frozen/<str:pk>/thaw", frozen_pages.thaw, name="thaw-person"),
    # /rights/
    path("rights/", rights_pages.requests, name="rights"),
    path("rights/<int:pk>/answer", rights_pages.answer, name="answer-right"),
    # /identities/
    path("identities/", identity_pages.identities, name="identities"),
    path("identities/decide", identity_pages.decide, name="decide-identity"),
    path("identities/show", identity_pages.show, name="show-identity"),
    path("identities/<int:pk>/withdraw", identity_pages.withdraw, name="withdraw-identity"),
]
