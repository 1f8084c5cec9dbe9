"""Items of the checklist that need a client library are asked of the same real servers as the others."""

from tests.api.checklist.conftest import accounts, server, strict

__all__ = ["accounts", "server", "strict"]
