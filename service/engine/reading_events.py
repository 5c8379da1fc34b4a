"""Reading what events wait for or throw, and how often an activity is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from service.domain.wording import Message
from service.engine.model import EVENT_WORDS, EventDefinition, EventKind, Loop
from service.engine.reading_xml import B, local, text

EVENT_DEFINITIONS: dict[str, EventKind] = {
    "timerEventDefinition": "timer",
    "messageEventDefinition": "message",
    "signalEventDefinition": "signal",
    "errorEventDefinition": "error",
    "escalationEventDefinition": "escalation",
    "terminateEventDefinition": "terminate",
    "conditionalEventDefinition": "conditional",
    "cancelEventDefinition": "cancel",
    "compensateEventDefinition": "compensate",
    "linkEventDefinition": "link",
}


@dataclass(frozen=True)
class Names:
    """What messages, signals, errors and escalations are called, by their ids in this file."""

    messages: dict[str, str]
    signals: dict[str, str]
    errors: dict[str, str]
    escalations: dict[str, str]

    @classmethod
    def of(cls, root: etree._Element) -> Names:
        return cls(
            _named_things(root, "message", "name"),
            _named_things(root, "signal", "name"),
            _named_things(root, "error", "errorCode"),
            _named_things(root, "escalation", "escalationCode"),
        )


def _named_things(root: etree._Element, kind: str, attribute: str) -> dict[str, str]:
    return {
        thing.get("id", ""): str(thing.get(attribute) or thing.get("name") or thing.get("id", ""))
        for thing in root.iter(f"{B}{kind}")
    }


def events_of(element: etree._Element, names: Names) -> Iterator[EventDefinition]:
    """The event definitions drawn in an element."""
    for child in element.iterchildren(f"{B}*"):
        name = local(child)
        if not name.endswith("EventDefinition"):
            continue
        kind = EVENT_DEFINITIONS.get(name, "unknown")
        if kind == "timer":
            yield _timer(child)
        elif kind == "conditional":
            yield EventDefinition(kind, text=text(child.find(f"{B}condition")))
        elif kind in {"message", "signal", "error", "escalation"}:
            yield _named(child, kind, getattr(names, f"{kind}s"))
        elif kind == "link":
            broken = None if child.get("name") else Message("The link has no name.")
            yield EventDefinition(kind, child.get("name"), broken=broken)
        elif kind == "compensate":
            yield EventDefinition(kind, child.get("activityRef"))
        else:
            yield EventDefinition(kind)


def _named(child: etree._Element, kind: EventKind, known: dict[str, str]) -> EventDefinition:
    reference = child.get(f"{kind}Ref")
    if reference is None:
        broken = None
        if kind in {"message", "signal"}:
            broken = Message("The event names no %(kind)s.", kind=EVENT_WORDS[kind])
        return EventDefinition(kind, None, broken=broken)
    if reference not in known:
        return EventDefinition(
            kind,
            reference,
            broken=Message("The %(kind)s '%(name)s' does not exist.", kind=EVENT_WORDS[kind], name=reference),
        )
    return EventDefinition(kind, known[reference])


def _timer(child: etree._Element) -> EventDefinition:
    for part in child.iterchildren(f"{B}*"):
        name = local(part)
        if name == "timeDate":
            return EventDefinition("timer", timer="timeDate", text=text(part))
        if name == "timeDuration":
            return EventDefinition("timer", timer="timeDuration", text=text(part))
        if name == "timeCycle":
            return EventDefinition("timer", timer="timeCycle", text=text(part))
    return EventDefinition("timer", broken=Message("The timer has no date, duration or cycle."))


def loop_of(element: etree._Element) -> Loop | None:
    """The loop or multi-instance marker of an activity."""
    standard = element.find(f"{B}standardLoopCharacteristics")
    if standard is not None:
        maximum = standard.get("loopMaximum", "")
        return Loop(
            "standard",
            condition=text(standard.find(f"{B}loopCondition")) or None,
            maximum=int(maximum) if maximum.isdigit() and len(maximum) < 10 else None,
            test_before=standard.get("testBefore") == "true",
        )
    multi = element.find(f"{B}multiInstanceLoopCharacteristics")
    if multi is None:
        return None
    return Loop(
        "sequential" if multi.get("isSequential") == "true" else "parallel",
        cardinality=text(multi.find(f"{B}loopCardinality")) or None,
        collection=text(multi.find(f"{B}loopDataInputRef")) or None,
        item=_item(multi.find(f"{B}inputDataItem")),
        output=text(multi.find(f"{B}loopDataOutputRef")) or None,
        output_item=_item(multi.find(f"{B}outputDataItem")),
        condition=text(multi.find(f"{B}completionCondition")) or None,
    )


def _item(element: etree._Element | None) -> str | None:
    return None if element is None else element.get("name") or element.get("id")
