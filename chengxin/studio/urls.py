"""Addresses of the indicator studio."""

from django.urls import path

from chengxin.studio import pages, tuning_pages

urlpatterns = [
    # /studio/
    path("studio/", pages.listed, name="studio"),
    path("studio/make", pages.make, name="studio-make"),
    # /studio/<pk>/
    path("studio/<int:pk>/", pages.version, name="studio-version"),
    path("studio/<int:pk>/faults", pages.faults, name="studio-faults"),
    path("studio/<int:pk>/cases/<int:n>", pages.case, name="studio-case"),
    path("studio/<int:pk>/builder", pages.builder, name="studio-builder"),
    path("studio/<int:pk>/build", pages.build, name="studio-build"),
    path("studio/<int:pk>/again", pages.again, name="studio-again"),
    path("studio/<int:pk>/write", pages.write, name="studio-write"),
    path("studio/<int:pk>/try", pages.attempt, name="studio-try"),
    path("studio/<int:pk>/tries", pages.tries, name="studio-tries"),
    path("studio/<int:pk>/submit", pages.submit, name="studio-submit"),
    path("studio/<int:pk>/check", pages.check, name="studio-check"),
    path("studio/<int:pk>/return", pages.give_back, name="studio-return"),
    path("studio/<int:pk>/publish", pages.publish, name="studio-publish"),
    path("studio/<int:pk>/withdraw", pages.withdraw, name="studio-withdraw"),
    path("studio/<int:pk>/switch-back", pages.switch_back, name="studio-switch-back"),
    path("studio/<int:pk>/shadow", pages.shadow, name="studio-shadow"),
    # /studio/trials/<pk>/
    path("studio/trials/<int:pk>/", pages.trial, name="studio-trial"),
    path("studio/trials/<int:pk>/stop", pages.stop, name="studio-stop"),
    # /studio/tunings/
    path("studio/tunings/", tuning_pages.listed, name="tunings"),
    path("studio/tunings/ask", tuning_pages.ask, name="ask-tuning"),
    # /studio/tunings/<pk>/
    path("studio/tunings/<int:pk>/", tuning_pages.tuning, name="tuning"),
    path("studio/tunings/<int:pk>/progress", tuning_pages.progress, name="tuning-progress"),
    path("studio/tunings/<int:pk>/measure", tuning_pages.measure_again, name="measure-tuning"),
    path("studio/tunings/<int:pk>/look-back", tuning_pages.look_back, name="look-back-tuning"),
    path("studio/tunings/<int:pk>/take", tuning_pages.take, name="take-tuning"),
    path("studio/tunings/<int:pk>/decline", tuning_pages.decline, name="decline-tuning"),
    # /studio/measurements/<pk>/
    path("studio/measurements/<int:pk>/stop", tuning_pages.stop, name="stop-measurement"),
    # /studio/snoozes/
    path("studio/snoozes/", pages.snoozed, name="studio-snoozes"),
    path("studio/snoozes/ask", pages.ask_snooze, name="studio-ask-snooze"),
    path("studio/snoozes/<int:pk>/approve", pages.approve_snooze, name="studio-approve-snooze"),
    path("studio/snoozes/<int:pk>/end", pages.end_snooze, name="studio-end-snooze"),
]
