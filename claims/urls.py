from django.urls import path

from claims.views import assessment, decision, documents, intake, paper

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
    path("<int:pk>/documents/", documents.claim_documents, name="documents"),
    path("<int:pk>/documents/ask/", documents.ask_for_documents, name="ask_for_documents"),
    path("<int:pk>/documents/notice/", paper.documents_notice, name="documents_notice"),
    path("documents/<int:pk>/", documents.document, name="document"),
    path("documents/<int:pk>/remove/", documents.remove_document, name="remove_document"),
    path("<int:pk>/calculation-sheet/", paper.calculation_sheet, name="calculation_sheet"),
    path("<int:pk>/decision-letter/", paper.decision_letter, name="decision_letter"),
    path("<int:pk>/plain-words/", paper.plain_words, name="plain_words"),
    path("payment-list/", paper.payment_list, name="payment_list"),
    path("posting/", paper.posting, name="posting"),
]
