from django.urls import path

from jincheng_insurance.access import account_views, sign_in_views, token_views, views

app_name = "access"
urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", sign_in_views.SignIn.as_view(), name="login"),
    path("sign-in/second-step/", sign_in_views.second_step, name="second_step"),
    path("sign-out/", sign_in_views.SignOut.as_view(), name="logout"),
    path("proof/", account_views.proof, name="proof"),
    path("account/", account_views.account, name="account"),
    path("account/password/", account_views.change_password, name="change_password"),
    path("account/sessions/<int:pk>/end/", account_views.end_session, name="end_session"),
    path("account/second-factor/", account_views.second_factor, name="second_factor"),
    path("account/second-factor/begin/", account_views.begin, name="begin_second_factor"),
    path("account/second-factor/recovery-codes/", account_views.recovery_codes, name="recovery_codes"),
    path("account/second-factor/remove/", account_views.remove, name="remove_second_factor"),
    path("people/", views.people, name="people"),
    path("api-tokens/", token_views.tokens, name="tokens"),
    path("api-tokens/<int:pk>/revoke/", token_views.revoke, name="revoke_token"),
]
