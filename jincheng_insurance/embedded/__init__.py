"""The bundled PostgreSQL and Valkey of the demo and the tests. Never part of production."""
