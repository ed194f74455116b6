from django.urls import path

from claims.views import assessment, decision, intake

app_name = "claims"
urlpatterns = [
    path("", intake.claim_list, name="list"),
    path("find/", intake.find_person, name="find"),
    path("report/<int:person_pk>/", intake.report, name="report"),
    path("<int:pk>/", assessment.claim, name="claim"),
    path("<int:pk>/calculation/", assessment.calculation, name="calculation"),
    path("<int:pk>/bills/", assessment.add_bill, name="add_bill"),
    path("bills/<int:pk>/remove/", assessment.remove_bill, name="remove_bill"),
    path("<int:pk>/reserve/", assessment.change_reserve, name="reserve"),
    path("<int:pk>/submit/", decision.submit, name="submit"),
    path("<int:pk>/return/", decision.send_back, name="return"),
    path("<int:pk>/approve/", decision.approve, name="approve"),
    path("<int:pk>/pay/", decision.pay, name="pay"),
]
