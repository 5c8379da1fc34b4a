"""What the first readers after a start would wait for, done ahead of them: definitions and templates are compiled."""

from __future__ import annotations

import logging
import threading

from jinja2 import Environment
from sqlalchemy.exc import DBAPIError

from service.operations import definitions
from service.wiring import Services

logger = logging.getLogger(__name__)


def in_background(services: Services, templates: Environment) -> threading.Thread:
    """Warm up in a thread of this process: the pages are served meanwhile, and nothing that goes wrong stops them."""
    thread = threading.Thread(target=warm, args=(services, templates), name="warming", daemon=True)
    thread.start()
    return thread


def warm(services: Services, templates: Environment) -> None:
    """Compile the definitions in use, then all templates."""
    try:
        definitions.compile_in_use(services)
    except DBAPIError as error:
        logger.warning("warming up: %s", error.orig)
    for name in templates.list_templates():
        templates.get_template(name)
