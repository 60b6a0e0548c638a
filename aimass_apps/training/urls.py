from django.urls import path

from aimass_apps.training import run_views, views

app_name = "models"
urlpatterns = [
    path("", views.version_list, name="list"),
    path("<int:pk>/", views.version_detail, name="detail"),
    path("<int:pk>/evaluations/", views.version_evaluations, name="evaluations"),
    path("<int:pk>/promote/", views.version_promote, name="promote"),
    path("<int:pk>/measure/", views.version_measure, name="measure"),
    path("<int:pk>/roll-back/", views.version_roll_back, name="roll_back"),
    path("datasets/", views.dataset_list, name="datasets"),
    path("datasets/freeze/", views.dataset_freeze, name="freeze"),
    path("training/", run_views.run_list, name="runs"),
    path("training/start/", run_views.run_start, name="run_start"),
    path("training/<int:pk>/stop/", run_views.run_stop, name="run_stop"),
    path("training/<int:pk>/resume/", run_views.run_resume, name="run_resume"),
]
