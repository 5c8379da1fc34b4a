"""A package, so that its server and browser end with its last test.

Playwright keeps an event loop running in this thread for as long as it is there; what comes after it in the same process
(signing letters) needs one of its own.
"""
