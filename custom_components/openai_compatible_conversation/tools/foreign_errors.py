"""What the code of other integrations raises, told from what is meant for our own task."""

import asyncio

_ENDING = (KeyboardInterrupt, SystemExit, GeneratorExit)


def raise_if_ours(err: BaseException) -> None:
    """Raise an error again that is no failure of the code which was called.

    Clients of the Model Context Protocol end in `CancelledError`, or in a group of any
    exceptions, when their connection fails. It is our own task that is being cancelled
    if it was asked to.
    """
    task = asyncio.current_task()
    if isinstance(err, _ENDING) or (
        isinstance(err, asyncio.CancelledError) and task and task.cancelling()
    ):
        raise err


def cause_of(err: BaseException) -> BaseException:
    """Return the error in a group of errors, which itself says nothing; the first one."""
    while isinstance(err, BaseExceptionGroup):
        err = err.exceptions[0]
    return err
