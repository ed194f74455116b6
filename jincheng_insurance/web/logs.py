"""Keeps personal numbers and API tokens out of the logs: a run of digits as long as a number is blanked, and so is what
begins as a token does, in messages and in tracebacks."""

import logging
import re

TOKEN = re.compile(r"jpi_[A-Za-z0-9_-]{8,}")
LONG_NUMBER = re.compile(r"(?<!\d)\d{11,20}[0-9Xx]?(?!\d)")


class Redacted(logging.Formatter):
    """Formats a record as `logging.Formatter` does, without long runs of digits and without tokens."""

    def format(self, record: logging.LogRecord) -> str:
        return TOKEN.sub("jpi_***", LONG_NUMBER.sub("***", super().format(record)))
