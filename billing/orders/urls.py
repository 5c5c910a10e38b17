"""Addresses of activation, order pages, and the calls of Odoo and of the maker of PDFs."""

from django.urls import include, path

from billing.activation import views as activation
from billing.autopsy import views as autopsy
from billing.autopsy import webhook as pdf
from billing.odoo import webhook as odoo

activation_urls = [
    path("", activation.start_page, name="start"),
    path("asked/", activation.asked_page, name="asked"),
    path("link/<str:token>/", activation.link_page, name="link"),
    path("link/<str:token>/again/", activation.mail_again, name="again"),
]
order_urls = [
    path("<str:token>/", autopsy.page, name="page"),
    path("<str:token>/files/", autopsy.upload, name="upload"),
]

urlpatterns = [
    path("activate/", include((activation_urls, "activation"))),
    path("orders/", include((order_urls, "orders"))),
    path("webhooks/odoo/order-paid/<str:secret>", odoo.receive, name="webhooks_odoo"),
    path("webhooks/pdf/delivered", pdf.receive, name="webhooks_pdf"),
]
