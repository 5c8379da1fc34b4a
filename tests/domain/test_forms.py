"""The server's form check takes declared, visible, writable fields, or raises InvalidForm, nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain import forms
from service.domain.errors import Incident, InvalidForm

EVERYTHING = {
    "type": "default",
    "components": [
        {"type": "text", "text": "Petunjuk"},
        {
            "type": "textfield",
            "key": "nama",
            "label": "Nama",
            "validate": {"required": True, "maxLength": 10},
        },
        {
            "type": "textarea",
            "key": "alasan",
            "conditional": {"hide": '=putusan != "tolak"'},
            "validate": {"required": True},
        },
        {
            "type": "radio",
            "key": "putusan",
            "values": [{"label": "Ya", "value": "setuju"}, {"label": "Tidak", "value": "tolak"}],
        },
        {
            "type": "select",
            "key": "nilai",
            "values": [{"label": "1", "value": 1}, {"label": "2", "value": 2}],
        },
        {"type": "select", "key": "calon", "valuesKey": "pilihan_calon"},
        {"type": "number", "key": "jumlah", "decimalDigits": 0, "validate": {"min": 0, "max": 500}},
        {"type": "checkbox", "key": "pernyataan"},
        {
            "type": "checklist",
            "key": "dokumen",
            "values": [{"label": "A", "value": "a"}, {"label": "B", "value": "b"}],
        },
        {"type": "datetime", "key": "tanggal", "subtype": "date"},
        {"type": "datetime", "key": "jam", "subtype": "time"},
        {"type": "datetime", "key": "saat", "subtype": "datetime"},
        {"type": "filepicker", "key": "berkas", "multiple": True},
        {"type": "textfield", "key": "surat", "validate": {"validationType": "email"}},
        {"type": "textfield", "key": "kode", "validate": {"pattern": "^[A-Z]{2}[0-9]+$"}},
        {"type": "textfield", "key": "tetap", "readonly": True},
        {"type": "group", "path": "alamat", "components": [{"type": "textfield", "key": "jalan"}]},
        {
            "type": "dynamiclist",
            "path": "anggota",
            "components": [
                {"type": "textfield", "key": "nama", "validate": {"required": True}},
                {"type": "textfield", "key": "sebab", "conditional": {"hide": "=this.nama = null"}},
            ],
        },
    ],
}
CHOICES = {"pilihan_calon": [{"label": "Ani", "value": "198001012005012001"}]}


def evaluate(expression: str, data: Mapping[str, Any]) -> Any:
    """A stand-in for FEEL that knows the few conditions used here."""
    if expression == 'putusan != "tolak"':
        return data.get("putusan") != "tolak"
    if expression == 'b != "x"':
        return data.get("b") != "x"
    if expression == 'c != "x"':
        return data.get("c") != "x"
    if expression == "this.nama = null":
        return data["this"].get("nama") is None
    if expression == "string(today())":
        return "2026-11-23"
    raise Incident(None, f"cannot work out {expression}")


def clean(
    answers: Any, schema: Mapping[str, Any] = EVERYTHING, data: Mapping[str, Any] = CHOICES
) -> dict[str, Any]:
    return forms.clean(schema, answers, data, evaluate)


def one(component: dict[str, Any]) -> dict[str, Any]:
    return {"type": "default", "components": [{"key": "a", **component}]}


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [
        ("nama", "  Ani\r\n", "Ani"),
        ("nilai", 2, 2),
        ("nilai", "2", 2),
        ("calon", "198001012005012001", "198001012005012001"),
        ("jumlah", "12", 12),
        ("jumlah", 12.0, 12),
        ("pernyataan", True, True),
        ("pernyataan", None, False),
        ("dokumen", ["a", "a", "b"], ["a", "b"]),
        ("tanggal", "2026-02-28", "2026-02-28"),
        ("jam", "14:30", "14:30"),
        ("saat", "2026-02-28T14:30+07:00", "2026-02-28T14:30+07:00"),
        ("surat", "ani@kota.go.id", "ani@kota.go.id"),
        ("kode", "AB12", "AB12"),
        ("alamat", {"jalan": "Merdeka"}, {"jalan": "Merdeka"}),
        ("anggota", [{"nama": "Budi", "sebab": "baru"}], [{"nama": "Budi", "sebab": "baru"}]),
        ("berkas", ["0192f0c4-0000-7000-8000-000000000001"], ["0192f0c4-0000-7000-8000-000000000001"]),
    ],
)
def test_an_answer_becomes_a_value_of_its_kind(key: str, raw: Any, value: Any) -> None:
    assert clean({"nama": "Ani", key: raw})[key] == value


@pytest.mark.parametrize(
    ("key", "raw", "message"),
    [
        ("nama", "", "This field is required."),
        ("nama", "   ", "This field is required."),
        ("nama", "a" * 11, "This may have at most 10 characters."),
        ("nama", "a\x00b", "This text holds a character that cannot be stored."),
        ("nama", "a\ud800b", "This text holds a character that cannot be stored."),
        ("nama", ["Ani"], "This must be text."),
        ("putusan", "entah", "This is not one of the choices."),
        ("putusan", {"value": "setuju"}, "This is not one of the choices."),
        ("nilai", True, "This is not one of the choices."),
        ("calon", "196001012005012001", "This is not one of the choices."),
        ("jumlah", "dua", "This must be a number."),
        ("jumlah", float("nan"), "This must be a number."),
        ("jumlah", float("inf"), "This must be a number."),
        ("jumlah", 10**400, "This must be a number."),
        ("jumlah", True, "This must be a number."),
        ("jumlah", 1.5, "At most 0 digits after the comma."),
        ("jumlah", -1, "This must be at least 0."),
        ("jumlah", 501, "This must be at most 500."),
        ("pernyataan", "yes", "This must be yes or no."),
        ("dokumen", "a", "This must be a list."),
        ("dokumen", ["z"], "This is not one of the choices."),
        ("tanggal", "2026-02-30", "This must be a date, such as 2026-01-31."),
        ("tanggal", "20260228", "This must be a date, such as 2026-01-31."),
        ("tanggal", "0001-01-01", "This must be a date, such as 2026-01-31."),
        ("jam", "25:00", "This must be a time, such as 14:30."),
        ("saat", "2026-02-28", "This must be a date and time, such as 2026-01-31T14:30."),
        ("surat", "ani", "This must be an e-mail address."),
        ("kode", "ab12", "This does not have the expected form."),
        ("berkas", ["../../etc/passwd"], "This must name attached documents."),
        ("anggota", {"nama": "Budi"}, "This must be a list."),
        ("alamat", "Merdeka", "This must hold fields."),
        ("rahasia", "x", "This field is not part of the form."),
    ],
)
def test_a_wrong_answer_is_refused_with_a_message_at_its_field(key: str, raw: Any, message: str) -> None:
    with pytest.raises(InvalidForm) as refusal:
        clean({"nama": "Ani", key: raw})
    assert refusal.value.fields == {key: message}


def test_every_visible_field_is_answered_and_an_empty_one_is_none() -> None:
    cleaned = clean({"nama": "Ani"})
    assert cleaned["jumlah"] is None
    assert cleaned["dokumen"] == []
    assert cleaned["alamat"] == {"jalan": None}
    assert "tetap" not in cleaned


def test_what_a_condition_hides_is_neither_taken_nor_demanded() -> None:
    assert "alasan" not in clean({"nama": "Ani", "putusan": "setuju", "alasan": "diselundupkan"})
    with pytest.raises(InvalidForm) as refusal:
        clean({"nama": "Ani", "putusan": "tolak"})
    assert refusal.value.fields == {"alasan": "This field is required."}
    assert clean({"nama": "Ani", "putusan": "tolak", "alasan": "cukup"})["alasan"] == "cukup"


def test_a_hidden_answer_cannot_open_another_field() -> None:
    schema = {
        "components": [
            {"type": "textfield", "key": "a", "conditional": {"hide": '=b != "x"'}},
            {"type": "textfield", "key": "b", "conditional": {"hide": '=c != "x"'}},
            {"type": "textfield", "key": "c"},
        ]
    }
    assert clean({"a": "1", "b": "x", "c": "no"}, schema) == {"c": "no"}
    assert clean({"a": "1", "b": "x", "c": "x"}, schema) == {"a": "1", "b": "x", "c": "x"}


def test_a_condition_that_cannot_be_worked_out_hides_nothing() -> None:
    schema = one({"type": "textfield", "conditional": {"hide": "=1/0 ??"}})
    assert clean({"a": "1"}, schema) == {"a": "1"}


def test_read_only_and_disabled_fields_are_never_taken() -> None:
    assert "tetap" not in clean({"nama": "Ani", "tetap": "diubah"})
    assert clean({"a": "1"}, one({"type": "textfield", "disabled": True})) == {}


def test_a_row_of_a_list_is_checked_where_it_stands() -> None:
    with pytest.raises(InvalidForm) as refusal:
        clean({"nama": "Ani", "anggota": [{"nama": "Budi"}, {"nama": "", "lain": 1}]})
    assert refusal.value.fields == {
        "anggota.1.nama": "This field is required.",
        "anggota.1.lain": "This field is not part of the form.",
    }


def test_a_date_that_has_passed_is_refused_where_the_form_says_so() -> None:
    schema = one({"type": "datetime", "subtype": "date", "disallowPassedDates": True})
    assert clean({"a": "2026-11-23"}, schema) == {"a": "2026-11-23"}
    with pytest.raises(InvalidForm) as refusal:
        clean({"a": "2026-11-22"}, schema)
    assert refusal.value.fields == {"a": "This date has passed."}


@pytest.mark.parametrize("pattern", [r"^(a+)+$", r"(a|a)*b", r"(.*)\1", r"^.*.*.*.*x$", "(", r"a{1,99999}"])
def test_a_pattern_that_could_run_for_long_or_is_broken_matches_nothing(pattern: str) -> None:
    schema = one({"type": "textfield", "validate": {"pattern": pattern}})
    with pytest.raises(InvalidForm) as refusal:
        clean({"a": "a" * 60 + "!"}, schema)
    assert refusal.value.fields == {"a": "This does not have the expected form."}
    assert forms.problems(schema) == ["a: the pattern is broken or could run for long."]


def test_messages_carry_what_a_translator_needs() -> None:
    with pytest.raises(InvalidForm) as refusal:
        clean({"nama": "a" * 11})
    message = refusal.value.fields["nama"]
    assert (message.msgid, dict(message.values)) == (
        "This may have at most %(most)s characters.",
        {"most": 10},
    )


def test_defaults_come_from_the_case_but_decisions_start_empty() -> None:
    schema = {
        "components": [
            {"type": "select", "key": "calon", "valuesKey": "pilihan_calon"},
            {"type": "textfield", "key": "media", "defaultValue": "forum"},
            {"type": "radio", "key": "putusan", "values": [], "properties": {"fresh": "true"}},
        ]
    }
    assert forms.defaults(schema, {**CHOICES, "calon": "198001012005012001", "putusan": "setuju"}) == {
        **CHOICES,
        "calon": "198001012005012001",
        "media": "forum",
    }


def test_the_form_speaks_the_readers_language() -> None:
    schema = one(
        {
            "type": "radio",
            "label": "Putusan",
            "properties": {"label_en": "Decision", "description_en": "Why"},
            "values": [{"label": "Ya", "label_en": "Yes", "value": "ya"}],
        }
    )
    assert forms.localized(schema, "id") == schema
    english = forms.localized(schema, "en")["components"][0]
    assert (english["label"], english["description"], english["values"][0]["label"]) == (
        "Decision",
        "Why",
        "Yes",
    )
    assert schema["components"][0]["label"] == "Putusan"


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from(["setuju", "tolak", "2026-02-28", "a", "", "\x00"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
keys = st.sampled_from([c.get("key") or c.get("path") or "?" for c in EVERYTHING["components"]]) | st.text(
    max_size=6
)


@settings(max_examples=300, deadline=None)
@given(answers=st.dictionaries(keys, anything, max_size=8) | anything)
def test_clean_accepts_or_raises_invalid_form_and_nothing_else(answers: Any) -> None:
    try:
        cleaned = clean(answers)
    except InvalidForm:
        return
    json.dumps(cleaned, allow_nan=False).encode()
    assert set(cleaned) <= {c.get("key") or c.get("path") for c in EVERYTHING["components"]}
    again = clean(cleaned)
    assert again == cleaned


components = st.dictionaries(
    st.sampled_from(
        ["type", "key", "path", "components", "values", "valuesKey", "conditional", "validate", "readonly"]
    ),
    anything | st.sampled_from(sorted({"text", "group", "dynamiclist", "radio", "number", "textfield"})),
    max_size=6,
)


@settings(max_examples=200, deadline=None)
@given(
    schema=st.fixed_dictionaries({"components": st.lists(components, max_size=5) | anything}),
    answers=anything,
)
def test_a_broken_form_breaks_nothing_else(schema: Any, answers: Any) -> None:
    """Forms are uploaded by people: whatever they hold, checking answers accepts or raises InvalidForm."""
    forms.problems(schema)
    forms.localized(schema, "en")
    forms.defaults(schema, {})
    try:
        json.dumps(clean(answers, schema, {}), allow_nan=False)
    except InvalidForm:
        return


def test_a_very_deep_answer_is_refused_without_running_out_of_stack() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(InvalidForm):
        clean({"nama": "Ani", "putusan": deep, "anggota": deep, "dokumen": deep})
