"""Run a state machine the same way each time, and check whether it notices a mutation."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import HypothesisException
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.support.mutations import Mutation

SHORT = (50, 50)
FULL = (2000, 100)
"""Examples, and steps of each at most."""


def run(machine: type[RuleBasedStateMachine], examples: int, steps: int, *, phases: tuple[Phase, ...] = (Phase.generate,)) -> None:
    """Try so many orders of so many steps. The same each time, so that `make test` answers the same about the same program."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            database=None,
            deadline=None,  # a busy machine is not a fault of the program
            phases=phases,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),  # a step on a real database is slow, and preconditions leave some out
        ),
    )


def notices(machine: type[RuleBasedStateMachine], mutation: Mutation, *, examples: int = 200, steps: int = 50) -> BaseException | None:
    """What the machine says of the broken program, or None where it sees nothing."""
    with mutation.in_place():
        try:
            run(machine, examples, steps, phases=(Phase.generate,))
        except HypothesisException:
            raise
        except Exception as noticed:  # noqa: BLE001  whatever the machine says
            return noticed
    return None
