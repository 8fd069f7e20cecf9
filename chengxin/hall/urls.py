"""Addresses of the hall: what stands in it, the officers' windows, the devices."""

from django.urls import path

from chengxin.hall import (
    alarm_pages,
    board_pages,
    booking_pages,
    capture_pages,
    closing_pages,
    confirm_pages,
    demo_pages,
    device_api,
    device_pages,
    display_pages,
    duty_pages,
    enrolment_pages,
    evaluate_pages,
    figure_pages,
    hall_setting_pages,
    kiosk_pages,
    liveness_pages,
    place_pages,
    reading_pages,
    suggestion_pages,
    window_pages,
    workstation,
)

urlpatterns = [
    # /kiosk/<device>/
    path("kiosk/voice/<slug:language>/<slug:step>", kiosk_pages.spoken, name="kiosk-voice"),
    path("kiosk/<slug:device_id>/", kiosk_pages.kiosk, name="kiosk"),
    path("kiosk/<slug:device_id>/state", kiosk_pages.state, name="kiosk-state"),
    path("kiosk/<slug:device_id>/begin", kiosk_pages.begin, name="kiosk-begin"),
    path("kiosk/<slug:device_id>/read-again", kiosk_pages.read_again, name="kiosk-read-again"),
    path("kiosk/<slug:device_id>/compare", kiosk_pages.compare, name="kiosk-compare"),
    path("kiosk/<slug:device_id>/skip-face", kiosk_pages.skip_face, name="kiosk-skip-face"),
    path("kiosk/<slug:device_id>/take", kiosk_pages.take, name="kiosk-take"),
    path("kiosk/<slug:device_id>/print-again", kiosk_pages.print_again, name="kiosk-print-again"),
    path("kiosk/<slug:device_id>/stay", kiosk_pages.stay, name="kiosk-stay"),
    path("kiosk/<slug:device_id>/block", kiosk_pages.block, name="kiosk-block"),
    path("kiosk/<slug:device_id>/half-hours", kiosk_pages.half_hours, name="kiosk-half-hours"),
    path("kiosk/<slug:device_id>/book", kiosk_pages.book, name="kiosk-book"),
    path("kiosk/<slug:device_id>/settle", kiosk_pages.settle, name="kiosk-settle"),
    path("kiosk/<slug:device_id>/end", kiosk_pages.end, name="kiosk-end"),
    path("kiosk/<slug:device_id>/stream", kiosk_pages.stream, name="kiosk-stream"),
    path("kiosk/<slug:device_id>/liveness", liveness_pages.kiosk_draw, name="kiosk-liveness"),
    path(
        "kiosk/<slug:device_id>/liveness/answer",
        liveness_pages.kiosk_answer,
        name="kiosk-liveness-answer",
    ),
    # /display/<hall>/
    path("display/<slug:hall_code>/", display_pages.display, name="display"),
    path("display/<slug:hall_code>/calls", display_pages.calls, name="display-calls"),
    path("display/<slug:hall_code>/stream", display_pages.stream, name="display-stream"),
    # /q/<code>/
    path("q/<slug:code>/", place_pages.place, name="place"),
    path("q/<slug:code>/abandon", place_pages.move, {"step": "abandon"}, name="place-abandon"),
    path("q/<slug:code>/return", place_pages.move, {"step": "return"}, name="place-return"),
    # /evaluate/
    path("evaluate/", evaluate_pages.screen, name="evaluate"),
    path("evaluate/pair", evaluate_pages.pair, name="evaluate-pair"),
    path("evaluate/now", evaluate_pages.now_shown, name="evaluate-now"),
    path("evaluate/give", evaluate_pages.give, name="evaluate-give"),
    path("evaluate/decline", evaluate_pages.decline, name="evaluate-decline"),
    path("evaluate/stream", evaluate_pages.stream, name="evaluate-stream"),
    # /duty/
    path("duty/", duty_pages.duty, name="duty"),
    path("duty/windows/<int:pk>/screen", duty_pages.invite_screen, name="screen-invite"),
    path("duty/windows/<int:pk>/screen/end", duty_pages.end_screen, name="screen-end"),
    path("duty/redress/<int:pk>/", duty_pages.redress, name="redress"),
    path("duty/redress/<int:pk>/answer", duty_pages.answer, name="redress-answer"),
    # /hall-settings/<hall>/
    path("hall-settings/", hall_setting_pages.first, name="hall-settings"),
    path("hall-settings/<slug:hall_code>/", hall_setting_pages.setting, name="hall-setting"),
    # /enrolments/
    path("enrolments/", figure_pages.figures, name="enrolment-figures"),
    # /confirm/<code>/
    path("confirm/<str:code>/", confirm_pages.page, name="confirm-binding"),
    path("confirm/<str:code>/code", confirm_pages.send_code, name="confirm-code"),
    path("confirm/<str:code>/answer", confirm_pages.answer, name="confirm-answer"),
    # /windows/<pk>/enrolment/
    path("windows/<int:pk>/enrolment/", enrolment_pages.sheet, name="enrolment"),
    *(
        path(f"windows/<int:pk>/enrolment/{step}", view, name=f"enrolment-{step}")
        for step, view in (
            ("receive", enrolment_pages.receive),
            ("pre", enrolment_pages.use_pre),
            ("inform", enrolment_pages.inform),
            ("phone", enrolment_pages.prove_phone),
            ("code", enrolment_pages.verify_by_code),
            ("two", enrolment_pages.verify_by_two),
            ("face", enrolment_pages.face),
            ("propose", enrolment_pages.propose),
            ("complete", enrolment_pages.complete),
            ("dispute", enrolment_pages.dispute),
            ("copy", enrolment_pages.own_copy),
            ("suspect", enrolment_pages.suspect),
        )
    ),
    *(
        path(
            f"windows/<int:pk>/enrolment/codes/{use}",
            enrolment_pages.send_code,
            {"use": use},
            name=f"enrolment-send-{use}",
        )
        for use in ("mobile", "verify")
    ),
    *(
        path(
            f"windows/<int:pk>/enrolment/rights/{kind}",
            enrolment_pages.right,
            {"kind": kind},
            name=f"enrolment-{kind}",
        )
        for kind in ("correct", "delete", "withdraw")
    ),
    *(
        path(
            f"windows/<int:pk>/enrolment/bindings/<int:binding_pk>/{step}",
            enrolment_pages.answer_binding,
            {"step": step},
            name=f"binding-{step}",
        )
        for step in ("confirm", "refuse", "ask")
    ),
    path(
        "windows/<int:pk>/enrolment/bindings/<int:binding_pk>/end",
        enrolment_pages.end_binding,
        name="binding-end",
    ),
    path(
        "windows/<int:pk>/enrolment/letters/<int:letter_pk>.jpg",
        enrolment_pages.letter,
        name="enrolment-letter",
    ),
    # /book/<hall>/, /booking/<code>/
    path("book/<slug:hall_code>/", booking_pages.free, name="free-half-hours"),
    path("booking/<slug:code>/", booking_pages.booked, name="booked"),
    path("booking/<slug:code>/give-up", booking_pages.give_up, name="booking-give-up"),
    # /hall-board/
    path("hall-board/", board_pages.first, name="hall-boards"),
    # /hall-board/<hall>/
    path("hall-board/<slug:hall_code>/", board_pages.shown, name="hall-board"),
    path("hall-board/<slug:hall_code>/live", board_pages.live, name="hall-board-live"),
    path("hall-board/<slug:hall_code>/today", board_pages.today, name="hall-board-today"),
    path("hall-board/<slug:hall_code>/stream", board_pages.stream, name="hall-board-stream"),
    path("hall-board/<slug:hall_code>/figures", board_pages.counted, name="hall-figures"),
    path("hall-board/<slug:hall_code>/export", board_pages.export, name="hall-figures-export"),
    path("hall-board/<slug:hall_code>/promises", board_pages.promised, name="hall-promises"),
    # /bookings/<hall>/
    path("bookings/<slug:hall_code>/", booking_pages.bookings, name="hall-bookings"),
    path("bookings/<slug:hall_code>/book", booking_pages.book, name="hall-book"),
    path(
        "bookings/<slug:hall_code>/<int:pk>/cancel",
        booking_pages.cancel,
        name="hall-booking-cancel",
    ),
    # /windows/
    path("windows/", workstation.windows, name="windows"),
    # /windows/<pk>/
    path("windows/<int:pk>/", workstation.window, name="window"),
    path("windows/<int:pk>/desk", workstation.fragment, name="window-desk"),
    path("windows/<int:pk>/queue", workstation.waiting, name="window-queue"),
    path("windows/<int:pk>/stream", workstation.stream, name="window-stream"),
    path("windows/<int:pk>/call-next", workstation.call_next, name="call-next"),
    path("windows/<int:pk>/precall", workstation.precall, name="precall"),
    path("windows/<int:pk>/park", workstation.move, {"step": "park"}, name="park"),
    path("windows/<int:pk>/transfer", workstation.transfer, name="transfer"),
    path("windows/<int:pk>/find", workstation.find, name="find-number"),
    *(
        path(
            f"windows/<int:pk>/numbers/<int:ticket_pk>/{step}",
            workstation.move_number,
            {"step": step},
            name=f"number-{step}",
        )
        for step in ("release", "return", "resume", "merge", "abandon", "prioritise")
    ),
    path("windows/<int:pk>/pause", window_pages.pause, name="window-pause"),
    path("windows/<int:pk>/open", window_pages.resume, name="window-open"),
    path("windows/<int:pk>/hand-over/form", window_pages.hand_over_form, name="hand-over-form"),
    path("windows/<int:pk>/hand-over", window_pages.hand_over, name="hand-over"),
    path(
        "windows/<int:pk>/hand-overs/<int:hand_over_pk>/",
        window_pages.handed_over,
        name="handed-over",
    ),
    path("windows/<int:pk>/alarm", alarm_pages.call, name="alarm-call"),
    path("windows/<int:pk>/scan", workstation.scan, name="scan"),
    path("windows/<int:pk>/recall", workstation.move, {"step": "recall"}, name="recall"),
    path("windows/<int:pk>/start", workstation.move, {"step": "start"}, name="start"),
    path("windows/<int:pk>/bearer", workstation.name_bearer, name="window-bearer"),
    path("windows/<int:pk>/read-card", reading_pages.read, name="window-read-card"),
    *(
        path(
            f"windows/<int:pk>/finger/{use}",
            reading_pages.finger,
            {"use": use},
            name=f"window-finger-{use}",
        )
        for use in ("enrol", "verify")
    ),
    path("windows/<int:pk>/reading", reading_pages.reading, name="window-reading"),
    path("windows/<int:pk>/miss", workstation.move, {"step": "miss"}, name="miss"),
    path("windows/<int:pk>/finish", workstation.move, {"step": "finish"}, name="finish"),
    path("windows/<int:pk>/compare", workstation.compare, name="window-compare"),
    path("windows/<int:pk>/enrol", workstation.enrol, name="window-enrol"),
    path("windows/<int:pk>/by-hand", workstation.verify_by_hand, name="window-by-hand"),
    path("windows/<int:pk>/reveal", workstation.reveal, name="window-reveal"),
    path("windows/<int:pk>/acknowledge", workstation.acknowledge, name="acknowledge"),
    path("windows/<int:pk>/object", workstation.object_to, name="object"),
    path(
        "windows/<int:pk>/objections/<int:objection_pk>/paper",
        workstation.objection_paper,
        name="window-objection-paper",
    ),
    path(
        "windows/<int:pk>/objections/<int:objection_pk>/withdraw",
        workstation.withdraw_objection,
        name="window-withdraw-objection",
    ),
    path("windows/<int:pk>/items", workstation.begin_item, name="begin-item"),
    path(
        "windows/<int:pk>/items/<int:record_pk>/finish",
        workstation.end_item,
        {"how": "finish"},
        name="finish-item",
    ),
    path(
        "windows/<int:pk>/items/<int:record_pk>/stop",
        workstation.end_item,
        {"how": "stop"},
        name="stop-item",
    ),
    path(
        "windows/<int:pk>/portraits/<int:portrait_pk>.jpg",
        workstation.portrait,
        name="window-portrait",
    ),
    path("windows/<int:pk>/liveness", liveness_pages.window_draw, name="window-liveness"),
    path(
        "windows/<int:pk>/liveness/answer",
        liveness_pages.window_answer,
        name="window-liveness-answer",
    ),
    path("windows/<int:pk>/papers", capture_pages.page, name="window-papers"),
    path("windows/<int:pk>/papers/list", capture_pages.listed, name="window-papers-list"),
    path("windows/<int:pk>/papers/take", capture_pages.take, name="window-papers-take"),
    path("windows/<int:pk>/papers/<uuid:paper_pk>", capture_pages.view, name="window-papers-view"),
    path(
        "windows/<int:pk>/papers/<uuid:paper_pk>/discard",
        capture_pages.discard,
        name="window-papers-discard",
    ),
    path(
        "windows/<int:pk>/prepared/<uuid:paper_pk>",
        capture_pages.view_prepared,
        name="window-prepared",
    ),
    path("windows/<int:pk>/held/<str:key>", capture_pages.held_view, name="window-held-view"),
    path("windows/<int:pk>/items/<int:record_pk>/reuse", capture_pages.reuse, name="reuse-paper"),
    path("windows/<int:pk>/suggest", suggestion_pages.page, name="window-suggest"),
    path("windows/<int:pk>/suggest/search", suggestion_pages.search, name="window-suggest-search"),
    path(
        "windows/<int:pk>/suggest/<uuid:suggestion_pk>/<int:portrait_pk>.jpg",
        suggestion_pages.portrait,
        name="window-suggest-portrait",
    ),
    # /closings/
    path("closings/", closing_pages.listed, name="closings"),
    path("closings/<str:pk>/propose", closing_pages.propose, name="propose-closing"),
    *(
        path(f"closings/<int:pk>/{how}", closing_pages.decide, {"how": how}, name=f"{how}-closing")
        for how in ("approve", "refuse")
    ),
    # /alarms/
    path("alarms/", alarm_pages.strip, name="alarms"),
    path("alarms/stream", alarm_pages.stream, name="alarms-stream"),
    *(
        path(f"alarms/<uuid:alarm_pk>/{how}", alarm_pages.step, {"how": how}, name=f"alarm-{how}")
        for how in ("answer", "end", "mistake")
    ),
    # /devices/
    path("devices/", device_pages.hall_devices, name="hall-devices"),
    path("devices/add", device_pages.add, name="hall-device-add"),
    path("devices/halls/<slug:hall_code>/liveness", liveness_pages.require, name="hall-liveness"),
    path("devices/halls/<slug:hall_code>/fingers", device_pages.offer_fingers, name="hall-fingers"),
    path("devices/<slug:device_id>/invite", device_pages.invite, name="hall-device-invite"),
    path("devices/<slug:device_id>/copy", device_pages.print_copy, name="hall-device-copy"),
    path("devices/<slug:device_id>/window", device_pages.place_at, name="hall-device-place"),
    path("devices/<slug:device_id>/lock", device_pages.lock, name="hall-device-lock"),
    # /api/devices/
    path("api/devices/enrol", device_api.enrol, name="device-enrol"),
    path("api/devices/<slug:device_id>/commands", device_api.commands, name="device-commands"),
    path("api/devices/<slug:device_id>/messages", device_api.take_message, name="device-messages"),
    # /demo/
    path("demo/props/", demo_pages.props, name="demo-props"),
    path("demo/props/<slug:device_id>/", demo_pages.set_props, name="demo-set-props"),
    path("demo/face/<slug:name>.jpg", demo_pages.face, name="demo-face"),
]
