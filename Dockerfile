# Two stages: the first one builds Linkrobot with its dependencies into a virtual environment, the
# second one holds that environment and nothing of the building.

FROM python:3.11-slim AS build
WORKDIR /src
RUN python -m venv /opt/linkrobot
COPY requirements.lock ./
RUN /opt/linkrobot/bin/pip install --no-cache-dir --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md ./
COPY robot ./robot
COPY handlers ./handlers
COPY sandbox ./sandbox
RUN /opt/linkrobot/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
    && /opt/linkrobot/bin/pip uninstall --yes setuptools

FROM python:3.11-slim
# The client trusts the authorities of the operating system and brings none of its own.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --user-group --uid 10001 --no-create-home --home-dir /data \
        --shell /usr/sbin/nologin linkrobot \
    && install --directory --owner=linkrobot --group=linkrobot --mode=0700 /data
COPY --from=build /opt/linkrobot /opt/linkrobot
ENV PATH=/opt/linkrobot/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    LINKROBOT_HOST=0.0.0.0 \
    LINKROBOT_PORT=8000 \
    LINKROBOT_DATA_DIR=/data
WORKDIR /opt/linkrobot
USER linkrobot
VOLUME /data
EXPOSE 8000
# On SIGTERM the work gives its portals back, then nobody listens any more; within 10 seconds.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['LINKROBOT_PORT']), timeout=4); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]
CMD ["linkrobot", "serve"]
