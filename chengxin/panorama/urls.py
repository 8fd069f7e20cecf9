"""Addresses of the pictures."""

from django.urls import path

from chengxin.panorama import pages

urlpatterns = [
    # /panorama/
    path("panorama/", pages.shown, name="panorama"),
    path("panorama/subjects", pages.subjects, name="subjects"),
]
