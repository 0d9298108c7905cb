"""The server's life, told in words where it cannot begin."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, NoReturn

from dashboard import web
from dashboard.errors import SetuError
from dashboard.ui.catalogue import say_error


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[dict[str, Any]]:
    """As `web.lifespan`; what keeps the server from starting is one sentence on the terminal."""
    async with AsyncExitStack() as stack:
        try:
            state = await stack.enter_async_context(web.lifespan(app))
        except SetuError as error:
            _give_up(error)
        yield state


def _give_up(error: SetuError) -> NoReturn:
    """End the process at once: the server would tell what is raised here with a stack trace."""
    sys.stderr.write(say_error("en", error) + "\n")
    sys.stderr.flush()
    os._exit(1)
