"""Addresses of self-service: the doors, one's own pages, the public page of a certificate."""

from django.urls import path

from chengxin.selfservice import door_pages, enrol_pages, pages, pre_pages, public_pages

urlpatterns = [
    # /terminal/<device>/
    path("terminal/<slug:device_id>/", door_pages.terminal, name="terminal"),
    path("terminal/<slug:device_id>/begin", door_pages.begin, name="terminal-begin"),
    path("terminal/<slug:device_id>/open", door_pages.open_by_face, name="terminal-open"),
    path("terminal/<slug:device_id>/code", door_pages.send_code, name="terminal-code"),
    path("terminal/<slug:device_id>/prove", door_pages.open_by_code, name="terminal-prove"),
    path("terminal/<slug:device_id>/number", enrol_pages.number_before, name="terminal-number"),
    # /me/
    path("me/", pages.home, name="own"),
    path("me/door", door_pages.door, name="own-door"),
    path("me/code", door_pages.ask, name="own-ask"),
    path("me/enter", door_pages.enter, name="own-enter"),
    path("me/leave", door_pages.leave, name="own-leave"),
    path("me/stay", pages.stay, name="own-stay"),
    path("me/enterprises", pages.enterprises, name="own-enterprises"),
    path("me/visits", pages.visits, name="own-visits"),
    path("me/record", pages.record_of, name="own-record"),
    path("me/limits", pages.restrictions, name="own-limits"),
    path("me/limits/<int:pk>/object", pages.object_to, name="own-object"),
    path("me/objections/<int:pk>/withdraw", pages.withdraw, name="own-withdraw"),
    # /me/enrol/
    path("me/enrol", enrol_pages.enrol, name="own-enrol"),
    path("me/enrol/inform", enrol_pages.inform, name="own-enrol-inform"),
    path("me/enrol/code", enrol_pages.send_code, name="own-enrol-code"),
    path("me/enrol/phone", enrol_pages.prove_phone, name="own-enrol-phone"),
    path("me/enrol/complete", enrol_pages.complete, name="own-enrol-complete"),
    path("me/enrol/number", enrol_pages.number, name="own-enrol-number"),
    # /me/papers/
    path("me/papers", pages.papers, name="own-papers"),
    path("me/papers/keep", pages.keep, name="own-keep"),
    path("me/papers/<uuid:pk>", pages.paper, name="own-paper"),
    path("me/papers/<uuid:pk>/discard", pages.discard, name="own-discard"),
    # /me/certificates/
    path("me/certificates", pages.certificate_list, name="own-certificates"),
    path("me/certificates/issue", pages.issue, name="own-issue"),
    path("me/certificates/<slug:code>/", pages.certificate, name="own-certificate"),
    path("me/certificates/<slug:code>/page.png", pages.certificate_page, name="own-sheet"),
    path("me/certificates/<slug:code>/pdf", pages.certificate_pdf, name="own-pdf"),
    # /enrol/
    path("enrol/", pre_pages.pre_enrol, name="pre-enrol"),
    path("enrol/begin", pre_pages.begin, name="pre-begin"),
    path("enrol/prove", pre_pages.prove, name="pre-prove"),
    path("enrol/<slug:code>/", pre_pages.pre_enrolled, name="pre-enrolled"),
    path("enrol/<slug:code>/discard", pre_pages.discard, name="pre-discard"),
    # /certificates/<code>/
    path("certificates/<slug:code>/", public_pages.certificate, name="certificate"),
]
