"""About the data: what to know first, every dataset with its age and licence, every method with its source."""

from __future__ import annotations

import html

import streamlit as st

from app_pages._about import (
    linked,
    listed,
    method_html,
    missing_sentences,
    show_2019,
    show_datasets,
    show_prose,
    version,
)
from app_pages._widgets import show_attribution, show_choices_line, show_origin, study_from_link
from study.methods import read_methods
from study.words import _

st.title(_("What does this map know, and what not?"))
summary_line = st.container()
with st.container(key="choices-about", width=360):
    study = study_from_link()
with summary_line:
    show_choices_line(study.area.name, key="line")

methods = read_methods()
first, *others = methods.caution
st.html(f'<p class="sp-headline"><b>{html.escape(_(first.title))}</b> {html.escape(_(first.text))}</p>')
show_prose(listed([f"<b>{html.escape(_(c.title))}</b> {html.escape(_(c.text))}" for c in others]))

headings = {
    "version": _("Which data is this?"),
    "missing": _("What is missing in {area}?").format(area=study.area.name),
    "datasets": _("Where does it all come from?"),
    "methods": _("How is it worked out?"),
}
links = "".join(f'<li style="padding: 4px 0">{linked(text, f"#{to}")}</li>' for to, text in headings.items())
show_prose(
    f'<nav aria-labelledby="here"><b id="here">{_("On this page")}</b><ul class="sp-list">{links}</ul></nav>'
)

st.header(headings["version"], anchor="version")
mark = _("Version {fingerprint}. It changes when anything in the data does.")
show_prose(f"<p>{version(study)} {html.escape(mark.format(fingerprint=study.tables.fingerprint))}</p>")
st.header(headings["missing"], anchor="missing")
show_prose(listed([html.escape(sentence) for sentence in missing_sentences(study)]))
st.header(headings["datasets"], anchor="datasets")
show_datasets(study)
if study.tables.deprivation_2019 is not None:
    show_2019(study)
st.header(headings["methods"], anchor="methods")
for group, title in methods.groups.items():
    st.subheader(_(title), anchor=group)
    show_prose("".join(method_html(m) for m in methods.in_group(group)), columns=True)
show_origin(study)
show_attribution(study)
