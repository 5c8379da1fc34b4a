"""Every page by a name: who opens it, and where it is. What holds for all pages is checked on each of them."""

PAGES: dict[str, tuple[str | None, str]] = {
    "sign in": (None, "/sign-in"),
    "inbox": ("ani.analis", "/inbox"),
    "done": ("ani.analis", "/inbox?view=done"),
    "inbox, filtered": ("ani.analis", "/inbox?view=all&due=none"),
    "cases": ("hadi.manajer", "/cases"),
    "start": ("ani.analis", "/start"),
    "account": ("budi.kepala", "/account"),
    "definitions": ("intan.proses", "/definitions"),
    "version": ("intan.proses", "/definitions/approval"),
    "upload": ("intan.proses", "/definitions/upload"),
    "editor": ("intan.proses", "/definitions/approval/edit"),
    "missing": ("ani.analis", "/tasks/00000000-0000-0000-0000-000000000000"),
}
