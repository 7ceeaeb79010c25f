"""A guard for every test: what reads rows anew must not overwrite what was changed and not flushed yet.

The sessions do not flush by themselves, so `populate_existing` would silently undo such a change.
"""

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

ANEW = "populate_existing"


@event.listens_for(Session, "do_orm_execute")
def _must_lose_nothing(state: ORMExecuteState) -> None:
    if not state.is_select:
        return
    if not (getattr(state.load_options, f"_{ANEW}", False) or state.execution_options.get(ANEW)):
        return
    read = tuple(mapper.class_ for mapper in state.all_mappers)
    changed = [each for each in state.session.dirty if isinstance(each, read)]
    lost = [type(each).__name__ for each in changed if state.session.is_modified(each)]
    assert not lost, f"read anew before it was flushed: {', '.join(lost)}"
