"""Health check of the web container: asks /readyz as the proxy would, and fails unless it answers 200."""

import http.client
import os
import sys


def main() -> int:
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=4)
    connection.request("GET", "/readyz", headers={"Host": host, "X-Forwarded-Proto": "https"})
    return 0 if connection.getresponse().status == http.HTTPStatus.OK else 1


if __name__ == "__main__":
    sys.exit(main())
