# The image of the service: a virtual environment on a slim Python, run by an unprivileged user.
ARG PYTHON_IMAGE=python:3.13-slim

FROM ${PYTHON_IMAGE} AS build
WORKDIR /build
RUN python3 -m venv /opt/fastauth
ENV PATH=/opt/fastauth/bin:$PATH
COPY requirements/run.txt requirements/run.txt
RUN pip install --no-cache-dir --require-hashes --requirement requirements/run.txt

# A build of the hash library for AVX2 and AVX-512 hashes about twice as fast and needs a compiler, which stays in this
# stage. Without a compiler the image uses the stock build; FAST_HASH=on fails instead, FAST_HASH=off does not try.
ARG FAST_HASH=auto
COPY requirements/fast-hash requirements/fast-hash.txt requirements/
RUN test "$FAST_HASH" = off \
 || { headers=$(python3 -c 'import sysconfig; print(sysconfig.get_path("include"))') \
      && apt-get update -qq -o Acquire::Retries=3 \
      && apt-get install -qqy -o Acquire::Retries=3 --no-install-recommends \
             gcc libc6-dev $(test -e "$headers/Python.h" || echo python3-dev) >/dev/null \
      && requirements/fast-hash /opt/fastauth; } \
 || { echo "fast-hash: no compiler or no source; the image hashes with the stock build" >&2; \
      test "$FAST_HASH" != on; }

COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN pip install --no-cache-dir --no-deps --no-build-isolation . \
 && pip uninstall --yes uv-build pip setuptools \
 && find /opt/fastauth -name '*.c' -delete # sources of compiled modules

FROM ${PYTHON_IMAGE}
COPY --from=build /opt/fastauth /opt/fastauth
RUN mkdir /var/lib/fastauth && chown 10001:10001 /var/lib/fastauth
ENV PATH=/opt/fastauth/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    GLIBC_TUNABLES=glibc.malloc.hugetlb=1 \
    FASTAUTH_HOST=0.0.0.0
WORKDIR /var/lib/fastauth
USER 10001:10001
EXPOSE 8000
# The command takes half a second of a processor; a container may have a tenth of one.
HEALTHCHECK --interval=10s --timeout=10s --start-period=30s CMD ["fastauth", "health"]
ENTRYPOINT ["fastauth"]
CMD ["serve"]
