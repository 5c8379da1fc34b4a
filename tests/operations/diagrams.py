# ruff: noqa: E501 - elements of XML stay on one line
"""Small diagrams for the tests of operations, in our BPMN profile."""

from __future__ import annotations

from datetime import UTC, datetime

from service.engine.steps import SourceFile

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xmlns:mutasi="http://mutasi.id/schema/bpmn/1" id="d" targetNamespace="http://mutasi.id/tests">
"""

BRANCHES = f"""{HEAD}
  <message id="m" name="izin_tiba"/>
  <process id="cabang" name="Dua cabang" isExecutable="true">
    <startEvent id="mulai" name="Mulai"><outgoing>f1</outgoing></startEvent>
    <sequenceFlow id="f1" sourceRef="mulai" targetRef="periksa"/>
    <userTask id="periksa" name="Periksa" mutasi:role="analis_sdm" mutasi:due="5" mutasi:remind="2" mutasi:escalate="manajer">
      <incoming>f1</incoming><outgoing>f2</outgoing></userTask>
    <sequenceFlow id="f2" sourceRef="periksa" targetRef="bagi"/>
    <parallelGateway id="bagi" name="Bagi"><incoming>f2</incoming><outgoing>f3</outgoing><outgoing>f4</outgoing></parallelGateway>
    <sequenceFlow id="f3" sourceRef="bagi" targetRef="kiri"/>
    <sequenceFlow id="f4" sourceRef="bagi" targetRef="kanan"/>
    <userTask id="kiri" name="Kiri" mutasi:role="kepala_unit" mutasi:unit="= &quot;unor-a&quot;">
      <incoming>f3</incoming><outgoing>f5</outgoing></userTask>
    <userTask id="kanan" name="Kanan" mutasi:role="kepala_unit" mutasi:unit="= &quot;unor-b&quot;">
      <incoming>f4</incoming><outgoing>f6</outgoing></userTask>
    <sequenceFlow id="f5" sourceRef="kiri" targetRef="gabung"/>
    <sequenceFlow id="f6" sourceRef="kanan" targetRef="gabung"/>
    <parallelGateway id="gabung" name="Gabung"><incoming>f5</incoming><incoming>f6</incoming><outgoing>f7</outgoing></parallelGateway>
    <sequenceFlow id="f7" sourceRef="gabung" targetRef="tunggu"/>
    <intermediateCatchEvent id="tunggu" name="Tunggu 90 hari"><incoming>f7</incoming><outgoing>f8</outgoing>
      <timerEventDefinition id="t1"><timeDuration xsi:type="tFormalExpression">P90D</timeDuration></timerEventDefinition>
    </intermediateCatchEvent>
    <sequenceFlow id="f8" sourceRef="tunggu" targetRef="terima"/>
    <intermediateCatchEvent id="terima" name="Terima izin" mutasi:correlation="= nomor_kasus"><incoming>f8</incoming><outgoing>f9</outgoing>
      <messageEventDefinition id="md" messageRef="m"/>
    </intermediateCatchEvent>
    <sequenceFlow id="f9" sourceRef="terima" targetRef="tutup"/>
    <userTask id="tutup" name="Tutup" mutasi:person="= pegawai_nip" mutasi:role="pegawai"><incoming>f9</incoming><outgoing>f10</outgoing></userTask>
    <sequenceFlow id="f10" sourceRef="tutup" targetRef="selesai"/>
    <endEvent id="selesai" name="Selesai"><incoming>f10</incoming></endEvent>
  </process>
</definitions>"""


def branches(name: str = "Dua cabang") -> SourceFile:
    """A task; two parallel ones of two units; a wait of 90 days; a message; a task of one person."""
    return SourceFile("cabang.bpmn", BRANCHES.replace('name="Dua cabang"', f'name="{name}"').encode())


def timed(process: str, start: str) -> SourceFile:
    """A task after a start event with this event definition."""
    return SourceFile(
        f"{process}.bpmn",
        f"""{HEAD}
  <signal id="s" name="lonjakan_uji"/>
  <message id="m" name="permohonan_uji"/>
  <process id="{process}" name="Mulai sendiri" isExecutable="true">
    <startEvent id="sendiri" name="Mulai sendiri"><outgoing>f1</outgoing>{start}</startEvent>
    <sequenceFlow id="f1" sourceRef="sendiri" targetRef="kerja"/>
    <userTask id="kerja" name="Kerja" mutasi:role="analis_sdm"><incoming>f1</incoming><outgoing>f2</outgoing></userTask>
    <sequenceFlow id="f2" sourceRef="kerja" targetRef="selesai"/>
    <endEvent id="selesai" name="Selesai"><incoming>f2</incoming></endEvent>
  </process>
</definitions>""".encode(),
    )


TIMER = '<timerEventDefinition id="t"><timeCycle xsi:type="tFormalExpression">R/2027-01-04T08:00:00+07:00/P1Y</timeCycle></timerEventDefinition>'
SIGNAL = '<signalEventDefinition id="e" signalRef="s"/>'
MESSAGE = '<messageEventDefinition id="e" messageRef="m"/>'

TWICE_A_YEAR = sorted(
    datetime(year, month, 4, 1, 0, tzinfo=UTC) for year in range(2027, 2040) for month in (1, 6)
)
"""When `twice_a_year` begins: 08:00 in Jakarta."""


def twice_a_year() -> SourceFile:
    """A definition with two start events, each once a year."""
    second = TIMER.replace("2027-01-04", "2027-06-04").replace('id="t"', 'id="t2"')
    once = timed("dua_kali", TIMER).content.decode()
    both = once.replace(
        '<userTask id="kerja"',
        f'<startEvent id="lain" name="Lain"><outgoing>g1</outgoing>{second}</startEvent>'
        '<sequenceFlow id="g1" sourceRef="lain" targetRef="kerja"/><userTask id="kerja"',
    ).replace("<incoming>f1</incoming>", "<incoming>f1</incoming><incoming>g1</incoming>")
    return SourceFile("dua_kali.bpmn", both.encode())


def limited(*, beside: bool = False) -> SourceFile:
    """A task that a timer withdraws after a day; `beside` it another one without a limit."""
    split = """<sequenceFlow id="f1" sourceRef="mulai" targetRef="bagi"/>
    <parallelGateway id="bagi" name="Bagi"><incoming>f1</incoming><outgoing>f4</outgoing><outgoing>f5</outgoing></parallelGateway>
    <sequenceFlow id="f4" sourceRef="bagi" targetRef="kerja"/><sequenceFlow id="f5" sourceRef="bagi" targetRef="lain"/>
    <userTask id="lain" name="Lain" mutasi:role="analis_sdm"><incoming>f5</incoming><outgoing>f6</outgoing></userTask>
    <sequenceFlow id="f6" sourceRef="lain" targetRef="selesai_lain"/>
    <endEvent id="selesai_lain" name="Selesai lain"><incoming>f6</incoming></endEvent>"""
    plain = '<sequenceFlow id="f1" sourceRef="mulai" targetRef="kerja"/>'
    return SourceFile(
        "batas.bpmn",
        f"""{HEAD}
  <process id="batas" name="Batas" isExecutable="true">
    <startEvent id="mulai" name="Mulai"><outgoing>f1</outgoing></startEvent>
    {split if beside else plain}
    <userTask id="kerja" name="Kerja" mutasi:role="analis_sdm">
      <incoming>{"f4" if beside else "f1"}</incoming><outgoing>f2</outgoing></userTask>
    <boundaryEvent id="habis" name="Habis" attachedToRef="kerja"><outgoing>f3</outgoing>
      <timerEventDefinition id="t1"><timeDuration xsi:type="tFormalExpression">P1D</timeDuration></timerEventDefinition>
    </boundaryEvent>
    <sequenceFlow id="f2" sourceRef="kerja" targetRef="selesai"/>
    <sequenceFlow id="f3" sourceRef="habis" targetRef="selesai_habis"/>
    <endEvent id="selesai" name="Selesai"><incoming>f2</incoming></endEvent>
    <endEvent id="selesai_habis" name="Selesai tanpa hasil"><incoming>f3</incoming></endEvent>
  </process>
</definitions>""".encode(),
    )
