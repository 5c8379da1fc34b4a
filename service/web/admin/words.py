"""What roles may do, and what the log's kinds mean, in words."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext

from service.domain.access import Role

PERMISSIONS: dict[str, Callable[[], str]] = {
    "case.start": lambda: gettext("start cases"),
    "case.view_all": lambda: gettext("see the overview and its figures"),
    "case.cancel": lambda: gettext("cancel cases"),
    "case.repair": lambda: gettext("repair cases that failed"),
    "case.migrate": lambda: gettext("move cases to other versions"),
    "case.manage": lambda: gettext("steer cases: reassign, remind, extend, suspend"),
    "data.correct": lambda: gettext("answer requests to correct data"),
    "document.attach": lambda: gettext("attach documents"),
    "message.send": lambda: gettext("send messages to cases"),
    "definition.deploy": lambda: gettext("deploy definitions"),
    "definition.view": lambda: gettext("see definitions"),
    "account.manage": lambda: gettext("manage accounts, roles and sign-in"),
    "token.manage": lambda: gettext("manage tokens of programs"),
    "system.manage": lambda: gettext("manage mail, holidays and background work"),
    "audit.view": lambda: gettext("search the audit log"),
    "absence.arrange": lambda: gettext("appoint substitutes in the unit"),
    "task.assign": lambda: gettext("assign tasks"),
    "letter.issue": lambda: gettext("issue letters"),
    "external.work": lambda: gettext("work as a program outside"),
}

SEES: dict[str, Callable[[], str]] = {
    "all": lambda: gettext("all cases"),
    "unit": lambda: gettext("cases of the units it is held for"),
    "own": lambda: gettext("only cases of one's own"),
}

KINDS: dict[str, Callable[[], str]] = {
    "signed_in": lambda: gettext("Signed in"),
    "signed_out": lambda: gettext("Signed out"),
    "sign_in_failed": lambda: gettext("Sign-in failed"),
    "sign_in_refused": lambda: gettext("Sign-in by SSO refused"),
    "second_factor_failed": lambda: gettext("Wrong code at the second step"),
    "session_ended": lambda: gettext("Session ended"),
    "sessions_ended": lambda: gettext("All sessions ended"),
    "account_created": lambda: gettext("Account made"),
    "account_changed": lambda: gettext("Account changed"),
    "account_enabled": lambda: gettext("Account enabled"),
    "account_disabled": lambda: gettext("Account disabled"),
    "password_set": lambda: gettext("Password set"),
    "password_temporary": lambda: gettext("Temporary password given"),
    "password_link_made": lambda: gettext("Link to set a password made"),
    "role_granted": lambda: gettext("Role given"),
    "role_revoked": lambda: gettext("Role taken"),
    "second_factor_enrolled": lambda: gettext("Second step switched on"),
    "second_factor_removed": lambda: gettext("Second step switched off"),
    "second_factor_reset": lambda: gettext("Second step reset by an administrator"),
    "second_factor_required": lambda: gettext("Roles that need a second step changed"),
    "recovery_code_used": lambda: gettext("Recovery code used"),
    "recovery_codes_renewed": lambda: gettext("Recovery codes renewed"),
    "identity_linked": lambda: gettext("Linked to SSO"),
    "identity_unlinked": lambda: gettext("Link to SSO removed"),
    "group_mapped": lambda: gettext("Group rule added"),
    "group_unmapped": lambda: gettext("Group rule removed"),
    "token_created": lambda: gettext("Token made"),
    "token_revoked": lambda: gettext("Token revoked"),
    "unit_head_set": lambda: gettext("Head of a unit set"),
    "mail_settings_changed": lambda: gettext("Mail settings changed"),
    "mail_tested": lambda: gettext("Mail tested"),
    "holidays_changed": lambda: gettext("Holidays changed"),
    "deadline_moved": lambda: gettext("Deadline moved by the calendar"),
    "deadlines_recounted": lambda: gettext("Deadlines counted anew"),
    "audit_exported": lambda: gettext("Audit log exported"),
    "work_retried": lambda: gettext("Background work tried again"),
    "work_discarded": lambda: gettext("Background work given up"),
    "notice_retried": lambda: gettext("Notice tried again"),
    "notice_discarded": lambda: gettext("Notice given up"),
    "substitution_ended": lambda: gettext("Substitution ended"),
    "wish_stated": lambda: gettext("Wish stated"),
    "wish_changed": lambda: gettext("Wish changed"),
    "wish_withdrawn": lambda: gettext("Wish withdrawn"),
    "correction_asked": lambda: gettext("Correction asked for"),
    "correction_accepted": lambda: gettext("Correction made"),
    "correction_declined": lambda: gettext("Correction declined"),
    "own_data_exported": lambda: gettext("Own data fetched"),
    "case_created": lambda: gettext("Case started"),
    "case_completed": lambda: gettext("Case finished"),
    "case_cancelled": lambda: gettext("Case cancelled"),
    "case_failed": lambda: gettext("Case failed"),
    "case_reopened": lambda: gettext("Case reopened"),
    "case_migrated": lambda: gettext("Case moved to another version"),
    "migration_planned": lambda: gettext("Moving cases planned"),
    "migration_undone": lambda: gettext("Move undone"),
    "variables_changed": lambda: gettext("Data of a case changed"),
    "incident": lambda: gettext("Incident"),
    "incident_retried": lambda: gettext("Incident tried again"),
    "document_attached": lambda: gettext("Document attached"),
    "task_claimed": lambda: gettext("Task taken"),
    "task_released": lambda: gettext("Task given back"),
    "task_delegated": lambda: gettext("Task delegated"),
    "task_assigned": lambda: gettext("Task assigned"),
    "document_removed": lambda: gettext("Document removed"),
    "document_replaced": lambda: gettext("Document replaced"),
    "task_completed": lambda: gettext("Task completed"),
    "task_due_soon": lambda: gettext("Reminder sent"),
    "task_overdue": lambda: gettext("Task overdue"),
    "task_sent_back": lambda: gettext("Task sent back"),
    "task_skipped": lambda: gettext("Task skipped"),
    "task_withdrawn": lambda: gettext("Decision taken back"),
    "definition_deployed": lambda: gettext("Definition deployed"),
    "element_completed": lambda: gettext("Step passed"),
    "element_cancelled": lambda: gettext("Step cancelled"),
    "message_received": lambda: gettext("Message received"),
    "case_started": lambda: gettext("Diagram begun"),
    "message_thrown": lambda: gettext("Message sent"),
    "signal_thrown": lambda: gettext("Signal sent"),
    "error_thrown": lambda: gettext("Error raised in the diagram"),
    "escalation_thrown": lambda: gettext("Escalation raised in the diagram"),
    "import": lambda: gettext("Data imported"),
    "signal_received": lambda: gettext("Signal received"),
    "message_unwanted": lambda: gettext("Message nobody waited for"),
    "acting_begun": lambda: gettext("Acting for somebody begun"),
    "acting_ended": lambda: gettext("Acting for somebody ended"),
    "substitution_made": lambda: gettext("Substitute appointed"),
    "case_suspended": lambda: gettext("Case suspended"),
    "case_resumed": lambda: gettext("Case resumed"),
    "cases_exported": lambda: gettext("Cases exported"),
    "commented": lambda: gettext("Comment written"),
    "comment_edited": lambda: gettext("Comment changed"),
    "comment_deleted": lambda: gettext("Comment deleted"),
    "letter_issued": lambda: gettext("Letter numbered"),
    "letter_signed": lambda: gettext("Letter signed"),
    "letter_failed": lambda: gettext("Signing a letter failed"),
    "letter_void": lambda: gettext("Letter void"),
    "task_extended": lambda: gettext("Deadline extended"),
    "task_reminded": lambda: gettext("Reminded by a person"),
}


WORK: dict[str, Callable[[], str]] = {
    "timer": lambda: gettext("Timers of cases"),
    "reminder": lambda: gettext("Reminders"),
    "escalation": lambda: gettext("Escalations"),
    "start": lambda: gettext("Cases started by the clock"),
    "deliver": lambda: gettext("Messages between cases"),
    "scan": lambda: gettext("Daily look through the data"),
    "decision": lambda: gettext("Decisions held for some seconds"),
    "figures": lambda: gettext("Figures of the overview"),
    "digest": lambda: gettext("Daily summaries by mail"),
}


ATTEMPTS: dict[str, Callable[[], str]] = {
    "complete": lambda: gettext("Completing a task"),
    "message": lambda: gettext("Taking a message"),
    "wake": lambda: gettext("Waking the case"),
    "variables": lambda: gettext("Changing the data"),
    "external": lambda: gettext("Work of a program"),
    "failed": lambda: gettext("An error in the diagram"),
}

CHANNELS: dict[str, Callable[[], str]] = {
    "mail": lambda: gettext("By mail"),
    "push": lambda: gettext("To a device"),
}


def kind_words(kind: str) -> str:
    """A kind of the log in the reader's language; an unknown one as it is, legibly."""
    return KINDS[kind]() if kind in KINDS else kind.replace("_", " ")


def work_words(kind: str) -> str:
    return WORK[kind]() if kind in WORK else kind.replace("_", " ")


def attempt_words(kind: str) -> str:
    """What was attempted when a step failed."""
    return ATTEMPTS[kind]() if kind in ATTEMPTS else kind


def channel_words(kind: str) -> str:
    """By which way a notice goes."""
    return CHANNELS[kind]() if kind in CHANNELS else kind


def abilities(role: Role) -> list[str]:
    """What a role may do: `sees all cases`, `decides on candidates`, and its permissions, in words."""
    said = [gettext("sees %(what)s", what=SEES[role.sees]())]
    if role.decides:
        said.append(gettext("knows candidates' names before the decision"))
    return said + [
        PERMISSIONS[permission]() if permission in PERMISSIONS else permission
        for permission in sorted(role.permissions)
    ]
