from django.urls import path

from jincheng_insurance.access import token_views, views, work_views

app_name = "access"
urlpatterns = [
    path("", work_views.home, name="home"),
    path("work/<slug:name>/", work_views.work, name="work"),
    path("workplace/", work_views.workplace, name="workplace"),
    path("sign-in/", views.SignIn.as_view(), name="login"),
    path("sign-out/", views.SignOut.as_view(), name="logout"),
    path("people/", views.people, name="people"),
    path("api-tokens/", token_views.tokens, name="tokens"),
    path("api-tokens/<int:pk>/revoke/", token_views.revoke, name="revoke_token"),
]
