"""Sign-in, home, theme and the gallery of components."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from aimass_apps.web import views
from aimass_apps.web.forms import SignInForm

urlpatterns = [
    path("", views.home, name="home"),
    path(
        "sign-in/",
        LoginView.as_view(
            template_name="platform/sign_in.html", authentication_form=SignInForm, redirect_authenticated_user=True
        ),
        name="sign_in",
    ),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("theme/", views.choose_theme, name="choose_theme"),
    path("gallery/", views.gallery, name="gallery"),
]
