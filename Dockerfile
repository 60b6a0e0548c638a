# Web, workers and beat from one image; compose.yaml says which command each runs. Serving set only: no torch.
FROM python:3.12-slim AS packages
RUN python -m venv /venv
COPY requirements/serving.lock /tmp/serving.lock
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r /tmp/serving.lock

FROM python:3.12-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    AIMASS_ENV=production \
    AIMASS_HOME=/var/lib/aimass \
    TRAIN=off
RUN useradd --system --uid 10001 --home-dir /var/lib/aimass aimass \
    && install --directory --owner=aimass --mode=0700 /var/lib/aimass /var/lib/aimass/static
COPY --from=packages /venv /venv
COPY . /app
WORKDIR /app
USER aimass
EXPOSE 8000
CMD ["granian", "--interface=wsgi", "--host=0.0.0.0", "--port=8000", "--workers=2", "--blocking-threads=4", "--no-ws", "aimass_apps.wsgi:application"]
