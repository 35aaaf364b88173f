"""The limit for a form: Flask-WTF with as many fields as the registration form, which commits one row, under the same server."""

from __future__ import annotations

import os

from flask import Flask, redirect, render_template_string
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from config import Settings
from seminar_app.core.engine import engine_settings, install_hooks
from seminar_app.core.installation import install
from seminar_app.core.write_mode import write_mode

WRITTEN = ("given_names", "surname1", "surname2", "certificate_name", "sex", "agency", "unit", "position", "email", "phone", "language")
PAGE = """<form method="post" action="/register">{{ form.hidden_tag() }}{% for field in form %}{{ field }}{% endfor %}</form>"""


class BareForm(FlaskForm):  # type: ignore[misc]  # without types
    """The registration form's fields with WTForms' own validators."""

    notice = HiddenField()
    submission_id = HiddenField()
    given_names = StringField(validators=[InputRequired(), Length(max=100)])
    surname1 = StringField(validators=[InputRequired(), Length(max=100)])
    surname2 = StringField(validators=[Length(max=100)])
    certificate_name = StringField(validators=[Length(max=300)])
    sex = SelectField(choices=[("F", "F"), ("M", "M")])
    agency = StringField(validators=[InputRequired()])
    unit = StringField(validators=[Length(max=200)])
    position = StringField(validators=[InputRequired(), Length(max=200)])
    email = StringField(validators=[InputRequired(), Length(max=320)])
    phone = StringField(validators=[Length(max=32)])
    language = SelectField(choices=[("es", "es"), ("en", "en")])
    notice_read = BooleanField(validators=[InputRequired()])


app = Flask(__name__, static_folder=None)
app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]
address, options = engine_settings(os.environ["DATABASE_URL"])
engine = create_engine(address, **options)
install(engine, Settings.from_environment())
install_hooks(engine)
rows = Table("bench_form", MetaData(), Column("id", Integer, primary_key=True), *(Column(name, String(320)) for name in WRITTEN))


@app.get("/readyz")
def ready() -> dict[str, str]:
    """Make the table, and answer that it exists."""
    with write_mode(), engine.begin() as connection:
        rows.create(connection, checkfirst=True)
    return {"status": "ok"}


@app.route("/register", methods=["GET", "POST"])
def register() -> ResponseReturnValue:
    """Show the form; on POST, write one row."""
    form = BareForm()
    if not form.validate_on_submit():
        return render_template_string(PAGE, form=form), 422 if form.is_submitted() else 200
    with write_mode(), engine.begin() as connection:
        connection.execute(rows.insert(), {name: form.data[name] for name in WRITTEN})
    return redirect("/register", code=303)
