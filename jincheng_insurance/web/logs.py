"""Keeps personal numbers out of the logs: a run of digits as long as one is blanked, wherever it comes from."""

import logging
import re

LONG_NUMBER = re.compile(r"(?<!\d)\d{11,20}[0-9Xx]?(?![\d])")


class Redact(logging.Filter):
    """Rewrites a record's message without long runs of digits."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        redacted = LONG_NUMBER.sub("***", message)
        if redacted != message:
            record.msg, record.args = redacted, None
        return True
