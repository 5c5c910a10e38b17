"""Pages of uploads: the form, and what became of one file."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import business_view
from accounts.errors import Problem
from accounts.ratelimit import rate_limited
from accounts.requests import BusinessRequest
from ingestion.models import Upload
from ingestion.sources import uploads
from ingestion.sources.advice import advice_for
from ingestion.sources.forms import UploadForm
from ingestion.sources.queries import job_of_upload, upload_of

OVER = (Upload.State.DONE, Upload.State.FAILED)


@require_http_methods(["GET", "HEAD", "POST"])
@business_view(permission="write:sources")
@rate_limited("sources.upload", limit="60/h", by="business")
def upload_page(request: BusinessRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "ingestion/uploads/new.html", {"form": UploadForm()})
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            upload, _ = uploads.receive(
                request.business,
                provider="stripe",
                file=form.cleaned_data["file"],
                user=request.user,
                now=request.now,
            )
        except Problem as problem:
            form.add_error("file", problem.message)
        else:
            messages.success(request, f"{upload.filename} is uploaded and being read.")
            return redirect("sources:upload_report", business=request.business.slug, upload_id=upload.pk)
    return render(request, "ingestion/uploads/new.html", {"form": form}, status=400)


@require_safe
@business_view(permission="read:sources")
def upload_report(request: BusinessRequest, upload_id: int) -> HttpResponse:
    upload = upload_of(request.business, upload_id)
    context = {
        "upload": upload,
        "job": job_of_upload(upload),
        "is_over": upload.state in OVER,
        "advice": advice_for(upload.report.get("code", "")),
    }
    return render(request, "ingestion/uploads/report.html", context)


@require_safe
@business_view(permission="read:sources")
def upload_progress(request: BusinessRequest, upload_id: int) -> HttpResponse:
    """The fragment that is polled while the file is read; when that is over the page is loaded anew."""
    upload = upload_of(request.business, upload_id)
    if upload.state in OVER and request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "ingestion/uploads/_progress.html", {"upload": upload, "job": job_of_upload(upload)})
