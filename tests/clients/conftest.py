"""Other programs' clients talk to the same real server as the API's own tests."""

from tests.api.conftest import server, server_with_accounts

__all__ = ["server", "server_with_accounts"]
