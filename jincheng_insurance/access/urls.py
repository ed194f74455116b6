from django.contrib.auth.views import LogoutView
from django.urls import path

from jincheng_insurance.access import views

app_name = "access"
urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.SignIn.as_view(), name="login"),
    path("sign-out/", LogoutView.as_view(), name="logout"),
    path("people/", views.people, name="people"),
]
