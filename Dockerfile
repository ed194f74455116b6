# One image for web, worker, beat and migration. Built in two stages, so that no build tool is in what runs.
FROM python:3.12-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /srv/app
COPY requirements.lock ./
RUN pip install --require-hashes --only-binary :all: -r requirements.lock
COPY . .
# Nothing here is secret: the build mode may compile messages and collect static files, and refuses to serve.
RUN ENVIRONMENT=build python manage.py messages \
 && ENVIRONMENT=build python manage.py collectstatic --noinput

FROM python:3.12-slim
# Charts offered as pictures are drawn with its Chinese characters.
RUN apt-get update && apt-get install -y --no-install-recommends fonts-noto-cjk && rm -rf /var/lib/apt/lists/*
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --home-dir /srv/app --shell /usr/sbin/nologin app \
 && install --directory --owner=app --mode=0700 /srv/uploads /run/beat
WORKDIR /srv/app
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/app /srv/app
USER app
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "deploy/probe.py"]
CMD ["gunicorn", "jincheng_insurance.wsgi", "--bind=0.0.0.0:8000", "--workers=3", "--timeout=60", "--worker-tmp-dir=/dev/shm"]
