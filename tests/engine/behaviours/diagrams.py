"""Pieces of diagrams."""

from __future__ import annotations

from service.engine.steps import SourceFile
from tests.engine.building import END, START, escape, flows, process, timer, users

__all__ = ["END", "START", "flows", "process", "timer", "users"]
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:mutasi="http://mutasi.id/schema/bpmn/1" targetNamespace="t">'
    '<message id="M_1" name="surat"/><message id="M_2" name="izin"/><signal id="S_1" name="lonjakan"/>'
    '<error id="E_1" name="gagal" errorCode="E1"/><error id="E_2" name="lain" errorCode="E2"/>'
    '<escalation id="X_1" name="naik" escalationCode="X1"/>'
)
MESSAGE = '<messageEventDefinition messageRef="M_1"/>'
PERMIT = '<messageEventDefinition messageRef="M_2"/>'
SIGNAL = '<signalEventDefinition signalRef="S_1"/>'
ERROR = '<errorEventDefinition errorRef="E_1"/>'
OTHER_ERROR = '<errorEventDefinition errorRef="E_2"/>'
ESCALATION = '<escalationEventDefinition escalationRef="X_1"/>'
TERMINATE = "<terminateEventDefinition/>"
COMPENSATE = "<compensateEventDefinition/>"
CANCEL = "<cancelEventDefinition/>"
ALL_ERRORS = "<errorEventDefinition/>"


def file(*content: str, name: str = "p.bpmn") -> SourceFile:
    return SourceFile(name, (HEAD + "".join(content) + "</definitions>").encode())


def condition(text: str) -> str:
    return f"<conditionalEventDefinition><condition>{escape(text)}</condition></conditionalEventDefinition>"


def link(name: str) -> str:
    return f'<linkEventDefinition name="{name}"/>'


def node(kind: str, id: str, inside: str = "", **attributes: str) -> str:
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<{kind} id="{id}"{written}>{inside}</{kind}>'


def start(inside: str = "", id: str = "begin", **attributes: str) -> str:
    return node("startEvent", id, inside, **attributes)


def end(inside: str = "", id: str = "end") -> str:
    return node("endEvent", id, inside)


def catch(id: str, inside: str, **attributes: str) -> str:
    return node("intermediateCatchEvent", id, inside, **attributes)


def throw(id: str, inside: str) -> str:
    return node("intermediateThrowEvent", id, inside)


def boundary(id: str, host: str, inside: str, interrupting: bool = True, **attributes: str) -> str:
    more = {} if interrupting else {"cancelActivity": "false"}
    return node("boundaryEvent", id, inside, attachedToRef=host, **more, **attributes)


def script(id: str, text: str) -> str:
    return f'<scriptTask id="{id}" scriptFormat="feel"><script>{escape(text)}</script></scriptTask>'


def gateway(kind: str, *ids: str, **attributes: str) -> str:
    return "".join(node(f"{kind}Gateway", id, **attributes) for id in ids)


def sub(id: str, *content: str, kind: str = "subProcess", **attributes: str) -> str:
    return node(kind, id, "".join(content), **attributes)


def event_sub(id: str, begin: str, *content: str) -> str:
    return sub(id, begin, *content, triggeredByEvent="true")


def many(
    cardinality: str = "", collection: str = "", sequential: bool = False, condition: str = "", **names: str
) -> str:
    """Multi-instance. names: item, output, output_item."""
    inside = f"<loopCardinality>{cardinality}</loopCardinality>" if cardinality else ""
    inside += f"<loopDataInputRef>{collection}</loopDataInputRef>" if collection else ""
    inside += f"<loopDataOutputRef>{names['output']}</loopDataOutputRef>" if "output" in names else ""
    inside += f'<inputDataItem id="i1" name="{names["item"]}"/>' if "item" in names else ""
    inside += f'<outputDataItem id="o1" name="{names["output_item"]}"/>' if "output_item" in names else ""
    inside += f"<completionCondition>{escape(condition)}</completionCondition>" if condition else ""
    kind = "true" if sequential else "false"
    return (
        f'<multiInstanceLoopCharacteristics isSequential="{kind}">{inside}</multiInstanceLoopCharacteristics>'
    )


def loop(condition: str = "", **attributes: str) -> str:
    inside = f"<loopCondition>{escape(condition)}</loopCondition>" if condition else ""
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<standardLoopCharacteristics{written}>{inside}</standardLoopCharacteristics>"


def task(id: str, inside: str = "", kind: str = "userTask", **attributes: str) -> str:
    return node(kind, id, inside, **attributes)


def writes(source: str, target: str) -> str:
    """A data output association from a variable to a data object reference."""
    return (
        f'<ioSpecification><dataOutput id="out_{source}" name="{source}"/></ioSpecification>'
        f"<dataOutputAssociation><sourceRef>out_{source}</sourceRef><targetRef>{target}</targetRef></dataOutputAssociation>"
    )


def stores(target: str) -> str:
    """A data output association that names only the data object."""
    return f"<dataOutputAssociation><targetRef>{target}</targetRef></dataOutputAssociation>"


def reads(source: str) -> str:
    return f"<dataInputAssociation><sourceRef>{source}</sourceRef></dataInputAssociation>"


def undone_by(event: str, handler: str) -> str:
    return f'<association id="{event}_{handler}" sourceRef="{event}" targetRef="{handler}"/>'
