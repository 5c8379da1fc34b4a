"""Decision models: types, imports, services, knowledge, boxed expressions; strict and as the standard has it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from service.engine import decisions, feel

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def model(body: str, *, space: str = "n", strict: bool = True) -> decisions.DecisionModel:
    return decisions.load(document(body, space), strict=strict)


def document(body: str, space: str = "n") -> bytes:
    head = f'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="{space}">'
    return f"{head}{body}</definitions>".encode()


def decision(name: str, content: str, *, type_ref: str = "", needs: str = "") -> str:
    variable = f'<variable name="{name}" typeRef="{type_ref}"/>' if type_ref else ""
    return f'<decision id="{name}" name="{name}">{variable}{needs}{content}</decision>'


def literal(text: str) -> str:
    return f"<literalExpression><text><![CDATA[{text}]]></text></literalExpression>"


def needs(kind: str, href: str) -> str:
    wrapper = "knowledgeRequirement" if kind == "Knowledge" else "informationRequirement"
    return f'<{wrapper}><required{kind} href="{href}"/></{wrapper}>'


GOLONGAN = """<itemDefinition name="tGolongan"><typeRef>number</typeRef>
  <allowedValues><text>[11..45]</text></allowedValues></itemDefinition>
  <itemDefinition name="tPegawai"><itemComponent name="nip"><typeRef>string</typeRef></itemComponent>
  <itemComponent name="golongan"><typeRef>tGolongan</typeRef></itemComponent></itemDefinition>
  <itemDefinition name="tSemua" isCollection="true"><typeRef>tPegawai</typeRef></itemDefinition>"""
PEGAWAI = '<inputData id="i" name="pegawai"><variable name="pegawai" typeRef="{0}"/></inputData>'


@pytest.mark.parametrize(
    ("type_ref", "given", "expected"),
    [
        ("tPegawai", {"nip": "1", "golongan": 34}, {"nip": "1", "golongan": 34}),
        ("tPegawai", {"nip": "1"}, {"nip": "1"}),
        ("tSemua", {"nip": "1"}, [{"nip": "1"}]),
        ("tPegawai", [{"nip": "1"}], {"nip": "1"}),
        ("date and time", date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)),
        ("feel:number", 5, 5),
    ],
)
def test_inputs_are_converted_to_their_types(type_ref: str, given: Any, expected: Any) -> None:
    body = GOLONGAN + PEGAWAI.format(type_ref) + decision("d", literal("pegawai"), needs=needs("Input", "#i"))
    assert model(body).evaluate("d", {"pegawai": given}, now=NOW).value == expected


@pytest.mark.parametrize(
    ("type_ref", "given"), [("tPegawai", {"nip": 1}), ("tGolongan", 99), ("number", "5")]
)
def test_what_is_not_of_its_type_is_an_error_or_null(type_ref: str, given: Any) -> None:
    body = GOLONGAN + PEGAWAI.format(type_ref) + decision("d", literal("pegawai"), needs=needs("Input", "#i"))
    with pytest.raises(feel.FeelError, match="pegawai"):
        model(body).evaluate("d", {"pegawai": given}, now=NOW)
    assert model(body, strict=False).evaluate("d", {"pegawai": given}, now=NOW).value is None


def test_results_are_converted_to_their_types() -> None:
    assert model(decision("d", literal("[5]"), type_ref="number")).evaluate("d", {}, now=NOW).value == 5
    with pytest.raises(feel.FeelError):
        model(decision("d", literal('"5"'), type_ref="number")).evaluate("d", {}, now=NOW)


def test_instance_of_knows_the_types_of_the_model() -> None:
    body = GOLONGAN + decision("d", literal('{nip: "1", golongan: 34} instance of tPegawai'))
    assert model(body).evaluate("d", {}, now=NOW).value is True


MODEL_B = decision("gaji pokok", literal("100")) + (
    '<businessKnowledgeModel id="kali" name="kali"><encapsulatedLogic><formalParameter name="n" typeRef="number"/>'
    f"{literal('n * 2')}</encapsulatedLogic></businessKnowledgeModel>"
)
MODEL_A = '<import namespace="b" name="B" importType="x"/>' + decision(
    "d",
    literal("B.gaji pokok + B.kali(1)"),
    needs=needs("Decision", "b#gaji pokok") + needs("Knowledge", "b#kali"),
)


def test_models_import_others_by_namespace(tmp_path: Path) -> None:
    (tmp_path / "a.dmn").write_bytes(document(MODEL_A, "a"))
    (tmp_path / "b.dmn").write_bytes(document(MODEL_B, "b"))
    (tmp_path / "other.dmn").write_bytes(document(MODEL_B, "c"))
    (tmp_path / "broken.dmn").write_text("<")
    loaded = decisions.load_files(tmp_path / "a.dmn")
    assert loaded.evaluate("d", {}, now=NOW).value == 102
    assert loaded.decisions == ("d", "gaji pokok")


def test_a_model_is_checked_with_what_it_imports() -> None:
    assert decisions.check(document(MODEL_A, "a"), [document(MODEL_B, "b")]) == []
    assert decisions.check(document(MODEL_A, "a"), [document(MODEL_B, "c")])


def test_imported_types_are_known_by_their_prefix() -> None:
    uses = (
        '<import namespace="b" name="B" importType="x"/><itemDefinition name="tMuda"><typeRef>B.tGolongan</typeRef>'
        "</itemDefinition>"
        + decision("d", literal("x instance of B.tGolongan"))
        + decision("e", literal("x"), type_ref="tMuda")
    )
    loaded = decisions.load(document(uses, "a"), document(GOLONGAN, "b"))
    assert loaded.evaluate("d", {"x": 34}, now=NOW).value is True
    assert loaded.evaluate("e", {"x": 34}, now=NOW).value == 34
    with pytest.raises(feel.FeelError):
        loaded.evaluate("e", {"x": 99}, now=NOW)


def test_a_model_without_what_it_imports_is_refused() -> None:
    with pytest.raises(decisions.InvalidDecision, match="gaji pokok"):
        model(MODEL_A, space="a")


SERVICE = (
    '<inputData id="i" name="masa"><variable name="masa" typeRef="number"/></inputData>'
    + decision("dasar", literal("0"), type_ref="number")
    + decision("besar", literal("dasar + masa"), needs=needs("Decision", "#dasar") + needs("Input", "#i"))
    + decision("ganda", literal("besar * 2"), needs=needs("Decision", "#besar"))
    + '<decisionService id="layanan" name="layanan"><outputDecision href="#besar"/>{0}'
    '<inputDecision href="#dasar"/><inputData href="#i"/></decisionService>'
)


def test_a_decision_service_is_made_and_called() -> None:
    call = decision("d", literal("layanan(1, 20)"), needs=needs("Knowledge", "#layanan"))
    one = model(SERVICE.format("") + call)
    assert one.evaluate("d", {}, now=NOW).value == 21
    assert one.evaluate("layanan", {"masa": 3, "dasar": 4}, now=NOW).value == 7
    two = model(SERVICE.format('<outputDecision href="#ganda"/>'))
    assert two.evaluate("layanan", {"masa": 3, "dasar": 4}, now=NOW).value == {"besar": 7, "ganda": 14}


def test_what_a_service_is_called_with_must_fit() -> None:
    for arguments in ('"x", 1', "1", "masa: 1, lain: 2"):
        call = decision("d", literal(f"layanan({arguments})"), needs=needs("Knowledge", "#layanan"))
        with pytest.raises(feel.FeelError):
            model(SERVICE.format("") + call).evaluate("d", {}, now=NOW)
        silent = model(SERVICE.format("") + call, strict=False)
        assert silent.evaluate("d", {}, now=NOW).value is None


def test_functions_from_outside_can_be_called() -> None:
    content = document(decision("d", literal("masa kerja(x) + 1")))
    loaded = decisions.load(content, functions={"masa kerja": lambda years: years * 12})
    assert loaded.evaluate("d", {"x": 2}, now=NOW).value == 25


def test_knowledge_may_call_itself_but_not_for_ever() -> None:
    body = (
        '<businessKnowledgeModel id="f" name="f"><encapsulatedLogic><formalParameter name="n"/>'
        f"{literal('if n <= 1 then 1 else n * f(n - 1)')}</encapsulatedLogic>"
        f"{needs('Knowledge', '#f')}</businessKnowledgeModel>"
        + decision("d", literal("f(x)"), needs=needs("Knowledge", "#f"))
    )
    assert model(body).evaluate("d", {"x": 5}, now=NOW).value == 120
    with pytest.raises(feel.BudgetExceeded):
        model(body).evaluate("d", {"x": 100_000}, now=NOW)


def test_decisions_that_require_each_other_are_refused() -> None:
    body = decision("a", literal("b"), needs=needs("Decision", "#b")) + decision(
        "b", literal("a"), needs=needs("Decision", "#a")
    )
    with pytest.raises(decisions.InvalidDecision, match="requires itself"):
        model(body)


def boxed(name: str, *parts: tuple[str, str], extra: str = "") -> str:
    inside = "".join(f"<{part}>{literal(text)}</{part}>" for part, text in parts)
    return decision("d", f"<{name} {extra}>{inside}</{name}>")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (boxed("conditional", ("if", "x > 1"), ("then", '"ya"'), ("else", '"tidak"')), "ya"),
        (boxed("filter", ("in", "[1, 2, 3]"), ("match", "item > 1")), [2, 3]),
        (boxed("filter", ("in", "[{a: 1}, {a: 2}]"), ("match", "a = x")), [{"a": 2}]),
        (boxed("for", ("in", "[1, 2]"), ("return", "i * x"), extra='iteratorVariable="i"'), [2, 4]),
        (
            boxed("for", ("in", "[1..3]"), ("return", "i + count(partial)"), extra='iteratorVariable="i"'),
            [1, 3, 5],
        ),
        (boxed("some", ("in", "[1, 2]"), ("satisfies", "i = x"), extra='iteratorVariable="i"'), True),
        (boxed("every", ("in", "[1, 2]"), ("satisfies", "i = x"), extra='iteratorVariable="i"'), False),
        (decision("d", f"<list>{literal('1')}{literal('x')}</list>"), [1, 2]),
        (
            decision(
                "d",
                f'<relation><column name="a"/><column name="b"/><row>{literal("1")}{literal("x")}</row></relation>',
            ),
            [{"a": 1, "b": 2}],
        ),
        (
            decision(
                "d",
                f'<context><contextEntry><variable name="f"/><functionDefinition><formalParameter name="n"/>'
                f"{literal('n * x')}</functionDefinition></contextEntry><contextEntry><invocation>{literal('f')}"
                f'<binding><parameter name="n"/>{literal("4")}</binding></invocation></contextEntry></context>',
            ),
            8,
        ),
    ],
)
def test_boxed_expressions(body: str, expected: Any) -> None:
    assert model(body).evaluate("d", {"x": 2}, now=NOW).value == expected


@pytest.mark.parametrize(
    "body",
    [
        boxed("conditional", ("if", '"a"'), ("then", "1"), ("else", "2")),
        boxed("every", ("in", "[1]"), ("satisfies", '"a"'), extra='iteratorVariable="i"'),
        boxed("for", ("in", "null"), ("return", "i"), extra='iteratorVariable="i"'),
        decision("d", literal("1 +")),
        decision("d", '<functionDefinition kind="Java"/>'),
    ],
)
def test_strict_where_the_standard_is_silent(body: str) -> None:
    with pytest.raises((feel.FeelError, decisions.InvalidDecision)):
        model(body).evaluate("d", {}, now=NOW)
    assert model(body, strict=False).evaluate("d", {}, now=NOW).value is None


@pytest.mark.parametrize(
    "body",
    [
        boxed("for", ("in", "[1..100000000]"), ("return", "i"), extra='iteratorVariable="i"'),
        boxed("for", ("in", "[1..1000]"), ("return", "partial"), extra='iteratorVariable="i"'),
    ],
)
def test_boxed_loops_do_not_run_away(body: str) -> None:
    with pytest.raises(feel.FeelError):
        model(body).evaluate("d", {}, now=NOW)
