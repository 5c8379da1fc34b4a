"""What operations say when they refuse, marked for translation: the layers below know no languages."""

from __future__ import annotations

from service.domain.form_values import N_

REFUSALS = (
    N_("A name is missing."),
    N_("Choose at least one diagram."),
    N_("Only .bpmn, .dmn and .json files are taken."),
    N_("Only PDF, PNG, JPEG, DOCX, XLSX, ODT and plain text files are taken."),
    N_("Only a process owner may deploy definitions."),
    N_("Only the person who took the task can release it."),
    N_("Name at least one variable."),
    N_("Only a case that has failed can be begun again from there."),
    N_("Say why the case is cancelled."),
    N_("Say why the data is changed."),
    N_("Say why."),
    N_("Somebody else has taken this task."),
    N_("The case has ended already."),
    N_("The cursor is not one of ours."),
    N_("The document's file is missing."),
    N_("The file is damaged."),
    N_("The file is empty."),
    N_("The status is not known."),
    N_("There is no room for this file. Tell the administrator."),
    N_("There is no such case."),
    N_("There is no such diagram."),
    N_("There is no such document."),
    N_("There is no such file."),
    N_("There is no such task."),
    N_("The task is no longer open: the case went on without it."),
    N_("This incident is over."),
    N_("This task is not offered to you."),
    N_("This version of the definition does not exist."),
    N_("Too many failed attempts. Wait a few minutes."),
    N_("Too many files at once."),
    N_("Your roles do not allow you to cancel a case."),
    N_("Your roles do not allow you to look people up."),
    N_("Your roles do not allow you to repair cases."),
    N_("Your roles do not allow you to see definitions."),
    N_("Your roles do not allow you to send messages."),
    N_("Your roles do not allow you to start a case."),
)
