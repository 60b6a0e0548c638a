"""Pages of the triage desk."""

from django.urls import path, re_path

from triage.pages import catalogue, judging, lists, reading, visits

app_name = "triage"
urlpatterns = [
    path("", lists.visits, name="visits"),
    path("search/", lists.search, name="search"),
    path("catalogue/", catalogue.conditions, name="conditions"),
    path("catalogue/conditions/<slug:name>/", catalogue.condition, name="condition"),
    path("catalogue/findings/", catalogue.findings, name="findings"),
    path("catalogue/findings/<slug:name>/", catalogue.finding, name="finding"),
    path("catalogue/rules/", catalogue.rules, name="rules"),
    path("catalogue/evidence/", catalogue.evidence, name="evidence"),
    path("new/", visits.new_visit, name="new_visit"),
    path("read/", reading.read, name="read"),
    path("read/find/", reading.find, name="find"),
    path("<uuid:public_id>/", visits.visit, name="visit"),
    path("<uuid:public_id>/panel/", visits.panel, name="panel"),
    path("<uuid:public_id>/stop-waiting/", visits.stop_waiting, name="stop_waiting"),
    path("<uuid:public_id>/again/", visits.reassess, name="reassess"),
    path("assessments/<uuid:public_id>/language-model/", visits.language_model, name="language_model"),
    re_path(
        r"^assessments/(?P<public_id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/(?P<verdict>confirm|override|defer|lower|withdraw)/$",
        judging.judge,
        name="judge",
    ),
]
