"""Faults: processes killed, frozen, cut off; two servers; a full disk; steps cut off between any two statements.

Where each row of the black-box plan is tested (row: module below tests/):

1, 2 Python in diagrams: engine/test_hostile; 3 FEEL bombs: engine/feel/test_limits; 4 XML bombs: engine/test_confined,
engine/test_hostile; 5 silly timers: engine/test_checks, engine/test_events; 6 endless models: engine/test_hostile;
7 reference models: engine/test_mending, engine/test_check_command; 8, 9 large diagrams, markup in labels:
browser/test_hostile_diagrams; 10 a diagram as a page: web/test_pages; 11, 12 odd keys and values: api/test_hostile;
13, 14 fields nobody asked for, wrong types: forms, api/test_contract; 15 skipped steps: api/test_hostile;
16 four eyes: operations/test_four_eyes; 17, 18 two at once: operations/test_tasks, faults/test_races;
19 double click: api/test_idempotency; 20 stale form:
operations/test_tasks; 21, 24, 28, 29 killed, frozen, cut off, lost answers: faults/test_oracle; 22, 23, 25, 26 timers over
crashes, several workers, outages and moved clocks: operations/test_due, operations/test_due_faults; 30 full disk (SQLite):
faults/test_races; 31 mail: operations/test_outbox; 32 poison job: operations/test_due_faults; 33 restored backup:
operations/test_outbox; 34 cases of earlier releases: engine/test_snapshots;
27, 30 a database stopped at once, without room: faults/test_own_database; an upload without room: operations/test_documents.
"""
