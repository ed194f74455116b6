"""Keeps personal numbers out of the logs: a run of digits as long as one is blanked, in messages and in tracebacks."""

import logging
import re

LONG_NUMBER = re.compile(r"(?<!\d)\d{11,20}[0-9Xx]?(?!\d)")


class Redacted(logging.Formatter):
    """Formats a record as `logging.Formatter` does, without long runs of digits."""

    def format(self, record: logging.LogRecord) -> str:
        return LONG_NUMBER.sub("***", super().format(record))
