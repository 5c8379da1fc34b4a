"""Whatever permitted answers people give, a case never gets stuck and no expression fails."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workflows.effects import CANDIDATE
from tests.workflows.forms import draw_answers
from tests.workflows.harness import Walk, engine, shipped_processes

FLAGS = st.fixed_dictionaries(
    {"terblokir": st.booleans(), "perlu_alasan": st.booleans(), "perlu_izin_mendagri": st.booleans()}
)
NOBODY = {"peringkat": [], "pilihan_calon": []}
PERMIT = {"nomor_izin": "I-1", "hasil_izin": "disetujui"}


def goes_on(case: Walk) -> bool:
    """The case has ended, or somebody or something can still move it."""
    step = case.step
    return step.status == "completed" or bool(step.open or step.timers or step.waits)


def move(case: Walk, data: st.DataObject) -> None:
    """One thing that may happen: somebody answers a task, time passes, or the permit arrives."""
    moves = ["answer"] * 4 * bool(case.step.open) + ["time"] + ["message"] * bool(case.step.waits)
    kind = data.draw(st.sampled_from(moves), label="move")
    if kind == "answer":
        task = data.draw(st.sampled_from(case.step.open), label="task")
        seen = engine().task_data(case.definition, case.step.snapshot, task.key)
        case.complete(task, draw_answers(data, task.form or "", seen))
    elif kind == "message":
        wait = case.step.waits[0]
        case.message(wait.name, PERMIT, wait.correlation)
    else:
        case.advance(data.draw(st.integers(1, 100), label="days"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_case_always_goes_on(data: st.DataObject) -> None:
    process = data.draw(st.sampled_from(shipped_processes()), label="process")
    rules = data.draw(st.lists(FLAGS, max_size=3), label="rules")
    ranking = data.draw(st.lists(st.sampled_from([{}, NOBODY]), max_size=2), label="ranking")
    case = Walk(process, {"periksa_aturan": rules, "peringkat_calon": ranking})
    trigger = data.draw(st.sampled_from(case.definition.triggers), label="trigger")
    case.start({"pegawai_nip": CANDIDATE["nip"]}, trigger.element)
    assert goes_on(case)
    for _ in range(120):
        if case.step.status == "completed":
            break
        move(case, data)
        assert goes_on(case)
