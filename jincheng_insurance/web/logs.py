"""Keeps personal numbers and API tokens out of the logs: a run of digits as long as a number is blanked, and so is what
begins as a token does, in messages and in tracebacks."""

import datetime
import json
import logging
import re

from jincheng_insurance.audit.context import current_request

TOKEN = re.compile(r"jpi_[A-Za-z0-9_-]{8,}")
LONG_NUMBER = re.compile(r"(?<!\d)\d{11,20}[0-9Xx]?(?!\d)")


class Redacted(logging.Formatter):
    """Formats a record as `logging.Formatter` does, without long runs of digits and without tokens."""

    def format(self, record: logging.LogRecord) -> str:
        return TOKEN.sub("jpi_***", LONG_NUMBER.sub("***", super().format(record)))


class AsJson(Redacted):
    """One JSON object a line, with the id of the request, redacted likewise."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        line = {
            "time": at.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request": current_request().request_id,
            "message": super().format(record),
        }
        return json.dumps({name: value for name, value in line.items() if value}, ensure_ascii=False)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's own name)
        return record.message
