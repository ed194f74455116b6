from django.urls import path

from jincheng_insurance.web import filter_views as views

app_name = "web"
urlpatterns = [
    path("", views.filters, name="filters"),
    path("save/", views.save, name="save_filter"),
    path("<int:pk>/", views.open_filter, name="open_filter"),
    path("<int:pk>/rename/", views.rename, name="rename_filter"),
    path("<int:pk>/delete/", views.delete, name="delete_filter"),
]
