"""The page of figures, and the views of it that an account saves."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from seminar_app.core.errors import Refusal
from seminar_app.reports import services
from seminar_app.reports.asked import asked, figures_url
from seminar_app.reports.blueprints import READERS, blueprint
from seminar_app.reports.figures_page import figures_page
from seminar_app.reports.forms import ViewForm
from seminar_app.reports.queries.views import get_view
from seminar_app.web.access import current_actor, staff
from seminar_app.web.change import change_context
from seminar_app.web.database import in_unit_of_work, session
from seminar_app.web.ids import id_needed


@blueprint.get("/")
@staff(*READERS)
def figures() -> ResponseReturnValue:
    """Show a figure, or two side by side, each with its rule, what is missing, and its breakdown."""
    return figures_page(request.args)


@blueprint.post("/views")
@staff(*READERS)
def figures_save_view() -> ResponseReturnValue:
    """Save the address of the page under a name; it is also the way back after a view was deleted."""
    form, actor = ViewForm(), current_actor()
    values = MultiDict(parse_qsl(form.address.data or ""))
    address = asked(actor, values).address()
    if form.accepts():
        name, context = form.name.data or "", change_context()
        try:
            in_unit_of_work(lambda work: services.save_view(work, context, account_id=actor.user_id, name=name, address=urlencode(address)))
        except Refusal as refusal:
            form.show(refusal)
        else:
            flash(_("The view «%(name)s» is saved.", name=name), "success")
            return redirect(figures_url(address), code=303)
    return figures_page(values, form)


@blueprint.route("/views/<view_id>", methods=["GET", "POST"])
@staff(*READERS)
def figures_view(view_id: str) -> ResponseReturnValue:
    """Give a view another name."""
    actor = current_actor()
    view = get_view(session(), actor.user_id, id_needed(view_id))
    form = ViewForm(name=view.name, address=view.address)
    if form.accepts():
        name, context = form.name.data or "", change_context()
        try:
            in_unit_of_work(lambda work: services.rename_view(work, context, account_id=actor.user_id, public_id=view.public_id, name=name))
        except Refusal as refusal:
            form.show(refusal)
        else:
            return redirect(figures_url(dict(parse_qsl(view.address))), code=303)
    return render_template("reports/staff/view.html", view=view, form=form), 422 if form.has_errors else 200


@blueprint.post("/views/<view_id>/delete")
@staff(*READERS)
def figures_delete_view(view_id: str) -> ResponseReturnValue:
    """Delete a view; the next page shows its figures and offers to undo it."""
    actor, public_id, context = current_actor(), id_needed(view_id), change_context()
    name, address = in_unit_of_work(lambda work: services.delete_view(work, context, account_id=actor.user_id, public_id=public_id))
    return redirect(figures_url({**dict(parse_qsl(address)), "removed": name}), code=303)
