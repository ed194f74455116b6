from django.urls import path

from jincheng_insurance.access import grant_views, master_data_views, people_views, token_views, views

app_name = "access"
urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.SignIn.as_view(), name="login"),
    path("sign-out/", views.SignOut.as_view(), name="logout"),
    path("people/", people_views.people, name="people"),
    path("people/list/", people_views.people_list, name="people_list"),
    path("people/rights/", people_views.rights, name="rights"),
    path("people/new/", people_views.make_person, name="make_person"),
    path("people/<int:pk>/", people_views.person, name="person"),
    path("people/<int:pk>/change/", people_views.change_person, name="change_person"),
    path("people/<int:pk>/disable/", people_views.disable_person, name="disable_person"),
    path("people/<int:pk>/enable/", people_views.enable_person, name="enable_person"),
    path("people/<int:pk>/password/", people_views.issue_password, name="issue_password"),
    path("people/<int:pk>/sign-out/", people_views.end_sessions, name="end_sessions"),
    path("people/<int:pk>/post/", grant_views.propose, name="propose_grant"),
    path("posts/", grant_views.waiting, name="waiting"),
    path("posts/<int:pk>/", grant_views.grant, name="grant"),
    path("posts/<int:pk>/confirm/", grant_views.confirm, name="confirm_grant"),
    path("posts/<int:pk>/refuse/", grant_views.refuse, name="refuse_grant"),
    path("posts/<int:pk>/end/", grant_views.end, name="end_grant"),
    path("master-data/", master_data_views.master_data, name="master_data"),
    path("master-data/insurers/<int:pk>/", master_data_views.rename_insurer, name="rename_insurer"),
    path("api-tokens/", token_views.tokens, name="tokens"),
    path("api-tokens/<int:pk>/revoke/", token_views.revoke, name="revoke_token"),
]
