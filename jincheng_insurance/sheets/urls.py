from django.urls import path

from jincheng_insurance.sheets import views

app_name = "sheets"
urlpatterns = [
    path("", views.exports, name="exports"),
    path("new/<slug:name>/", views.new_export, name="new"),
    path("<int:pk>/", views.export_detail, name="export"),
    path("<int:pk>/approval/", views.approval, name="approval"),
    path("<int:pk>/approve/", views.approve, name="approve"),
    path("<int:pk>/refuse/", views.refuse, name="refuse"),
    path("<int:pk>/progress/", views.export_progress, name="progress"),
    path("<int:pk>/file/", views.fetch, name="fetch"),
]
