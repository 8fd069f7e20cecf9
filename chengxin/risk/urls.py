"""Addresses of the back office's risk room: alerts, directives, objections, proposals, ranking."""

from django.urls import path

from chengxin.risk import (
    board_pages,
    case_pages,
    control_pages,
    directive_pages,
    dispute_pages,
    explain_pages,
    limit_pages,
    list_pages,
    objection_pages,
    pages,
    ranking_pages,
    stop_pages,
)

urlpatterns = [
    # /disputes/
    path("disputes/", dispute_pages.listed, name="disputes"),
    path("disputes/<int:pk>/propose", dispute_pages.propose, name="propose-dispute"),
    path("disputes/<int:pk>/decide", dispute_pages.decide, name="decide-dispute"),
    # /alerts/
    path("alerts/", pages.listed, name="alerts"),
    path("alerts/list", pages.fragment, name="alerts-list"),
    path("alerts/stream", pages.stream, name="alerts-stream"),
    path("alerts/about/<str:about>", pages.about, name="alerts-about"),
    # /alerts/<pk>/
    path("alerts/<int:pk>/", pages.alert, name="alert"),
    path("alerts/<int:pk>/judge", pages.judge, name="judge-alert"),
    path("alerts/<int:pk>/release", pages.release, name="release-alert"),
    path("alerts/<int:pk>/take", case_pages.take, name="take-alert"),
    path("alerts/<int:pk>/give", case_pages.give, name="give-alert"),
    path("alerts/<int:pk>/comment", case_pages.comment, name="comment-alert"),
    path("alerts/<int:pk>/postpone", case_pages.postpone, name="postpone-alert"),
    path("alerts/<int:pk>/review", case_pages.review, name="review-alert"),
    path("alerts/<int:pk>/files/<int:number>", case_pages.file, name="alert-file"),
    # /alerts/<pk>/inquiries/
    path("alerts/<int:pk>/inquiries/ask", case_pages.ask, name="ask-taxpayer"),
    path("alerts/<int:pk>/inquiries/<int:number>/renew", case_pages.renew, name="renew-inquiry"),
    path(
        "alerts/<int:pk>/inquiries/<int:number>/withdraw",
        case_pages.withdraw,
        name="withdraw-inquiry",
    ),
    # /board/, /cases/, /outcomes/
    path("board/", board_pages.shown, name="board"),
    path("cases/", board_pages.listed, name="cases"),
    path("outcomes/", board_pages.learned, name="outcomes"),
    # /controls/
    path("controls/", control_pages.listed, name="controls"),
    path("controls/draw", control_pages.draw, name="draw-control"),
    # /explain/
    path("explain/", explain_pages.explain, name="explain"),
    path("explain/answer", explain_pages.answer, name="explain-answer"),
    # /directives/
    path("directives/", directive_pages.listed, name="directives"),
    path("directives/find", directive_pages.find, name="find-subject"),
    # /directives/<about>/
    path("directives/about/<str:about>/", directive_pages.history, name="directive-history"),
    path("directives/about/<str:about>/new", directive_pages.propose, name="propose-directive"),
    path("directives/about/<str:about>/make", directive_pages.make, name="make-proposal"),
    # /ranking/
    path("ranking/", ranking_pages.ranking, name="ranking"),
    path("ranking/<str:about>/", ranking_pages.score, name="score"),
    # /directives/<pk>/
    path("directives/<int:pk>/change", directive_pages.change, name="change-directive"),
    path("directives/<int:pk>/ask-change", directive_pages.ask_change, name="ask-change"),
    path("directives/<int:pk>/ask-lift", directive_pages.ask_lift, name="ask-lift"),
    path("directives/<int:pk>/review", directive_pages.review, name="review-directive"),
    path("directives/<int:pk>/object", objection_pages.file, name="file-objection"),
    # /objections/
    path("objections/", objection_pages.listed, name="objections"),
    # /objections/<pk>/
    path("objections/<int:pk>/", objection_pages.objection, name="objection"),
    path("objections/<int:pk>/answer", objection_pages.answer, name="answer-objection"),
    path("objections/<int:pk>/withdraw", objection_pages.withdraw, name="withdraw-objection"),
    path("objections/<int:pk>/paper", objection_pages.paper, name="objection-paper"),
    # /stops/
    path("stops/", stop_pages.listed, name="stops"),
    # /stops/limits/
    path("stops/limits/", limit_pages.listed, name="limits"),
    path("stops/limits/propose", limit_pages.propose, name="propose-limit"),
    path("stops/limits/<int:pk>/decide", limit_pages.decide, name="decide-limit"),
    # /stops/<pk>/
    path("stops/<int:pk>/", stop_pages.stop, name="stop"),
    path("stops/<int:pk>/decide", stop_pages.decide, name="decide-stop"),
    # /proposals/<pk>/
    path("proposals/<int:pk>/", directive_pages.proposal, name="proposal"),
    path("proposals/<int:pk>/decide", directive_pages.decide, name="decide-proposal"),
    path("proposals/<int:pk>/withdraw", directive_pages.withdraw, name="withdraw-proposal"),
    # /lists/
    path("lists/", list_pages.listed, name="lists"),
    path("lists/find", list_pages.find, name="find-listed"),
    path("lists/<str:kind>/import", list_pages.import_form, name="list-import"),
    path("lists/<str:kind>/import/file", list_pages.import_file, name="import-list"),
    path("lists/<str:kind>/import/template", list_pages.import_template, name="list-template"),
    path("lists/<str:kind>/<str:about>/new", list_pages.propose, name="propose-listing"),
    path("lists/<str:kind>/<str:about>/make", list_pages.make, name="make-listing"),
    # /lists/imports/<pk>/
    path("lists/imports/<int:pk>/", list_pages.batch, name="list-batch"),
    path("lists/imports/<int:pk>/approve", list_pages.approve_batch, name="approve-batch"),
    # /lists/entries/<pk>/
    path("lists/entries/<int:pk>/", list_pages.entry, name="list-entry"),
    path("lists/entries/<int:pk>/decide", list_pages.decide, name="decide-listing"),
    path("lists/entries/<int:pk>/withdraw", list_pages.withdraw, name="withdraw-listing"),
    path("lists/entries/<int:pk>/ask-removal", list_pages.ask_removal, name="ask-removal"),
    path("lists/entries/<int:pk>/ask-stop", list_pages.ask_stop, name="ask-early-stop"),
]
