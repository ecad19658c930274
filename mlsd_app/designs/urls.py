from __future__ import annotations

from django.urls import path

from mlsd_app.designs.views import (
    chain,
    checks,
    library,
    numbers,
    stage,
    waivers,
    welcome,
    what_if,
    whole,
)

app_name = "designs"

urlpatterns = [
    path("", welcome.welcome, name="welcome"),
    path("try/", welcome.example_try, name="example_try"),
    path("examples/<slug:name>/", welcome.example_read, name="example_read"),
    path("examples/<slug:name>/chain/", chain.example_chain, name="example_chain"),
    path("checks/", checks.check_list, name="check_list"),
    path("checks/<str:name>/", checks.check_detail, name="check_detail"),
    path("designs/", library.design_list, name="design_list"),
    path("designs/new/", library.design_new, name="design_new"),
    path("designs/<uuid:pk>/read/", whole.design_read, name="design_read"),
    path("designs/<uuid:pk>/findings/", whole.finding_list, name="finding_list"),
    path("designs/<uuid:pk>/chain/", chain.chain_read, name="chain_read"),
    path("designs/<uuid:pk>/design.<str:form>", whole.design_download, name="design_download"),
    path("designs/<uuid:pk>/delete/", library.design_delete, name="design_delete"),
    path("designs/<uuid:pk>/put-back/", library.design_put_back, name="design_put_back"),
    path("designs/<uuid:pk>/what-if/", what_if.what_if, name="what_if"),
    path("designs/<uuid:pk>/numbers/", numbers.number_list, name="number_list"),
    path("designs/<uuid:pk>/preview/", stage.text_preview, name="text_preview"),
    path("designs/<uuid:pk>/compare/<str:address>/", stage.answer_compare, name="answer_compare"),
    path("designs/<uuid:pk>/waivers/", waivers.waiver_give, name="waiver_give"),
    path("designs/<uuid:pk>/waivers/<slug:name>/renew/", waivers.waiver_renew, name="waiver_renew"),
    path(
        "designs/<uuid:pk>/waivers/<slug:name>/take-back/",
        waivers.waiver_take_back,
        name="waiver_take_back",
    ),
    path(
        "designs/<uuid:pk>/waivers/<slug:name>/put-back/",
        waivers.waiver_put_back,
        name="waiver_put_back",
    ),
    path("designs/<uuid:pk>/<slug:stage_key>/", stage.stage_edit, name="stage_edit"),
    path(
        "designs/<uuid:pk>/<slug:stage_key>/<slug:table>/<slug:row>/",
        stage.row_edit,
        name="row_edit",
    ),
]
