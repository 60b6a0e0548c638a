from django.urls import path

from aimass_apps.learning.pages import runs, versions

app_name = "models"
urlpatterns = [
    path("", versions.version_list, name="list"),
    path("<int:pk>/", versions.version_detail, name="detail"),
    path("<int:pk>/evaluations/", versions.version_evaluations, name="evaluations"),
    path("<int:pk>/promote/", versions.version_promote, name="promote"),
    path("<int:pk>/measure/", versions.version_measure, name="measure"),
    path("<int:pk>/roll-back/", versions.version_roll_back, name="roll_back"),
    path("datasets/", versions.dataset_list, name="datasets"),
    path("datasets/freeze/", versions.dataset_freeze, name="freeze"),
    path("training/", runs.run_list, name="runs"),
    path("training/start/", runs.run_start, name="run_start"),
    path("training/<int:pk>/stop/", runs.run_stop, name="run_stop"),
    path("training/<int:pk>/resume/", runs.run_resume, name="run_resume"),
]
