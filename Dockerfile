# The service's image: a virtual environment on a slim Python, run by nobody in particular.
ARG PYTHON_IMAGE=python:3.13-slim

FROM ${PYTHON_IMAGE} AS build
WORKDIR /build
RUN python3 -m venv /opt/fastauth
ENV PATH=/opt/fastauth/bin:$PATH
COPY requirements/run.txt requirements/run.txt
RUN pip install --no-cache-dir --require-hashes --requirement requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN pip install --no-cache-dir --no-deps --no-build-isolation . \
 && pip uninstall --yes uv-build pip

FROM ${PYTHON_IMAGE}
COPY --from=build /opt/fastauth /opt/fastauth
RUN mkdir /var/lib/fastauth && chown 10001:10001 /var/lib/fastauth
ENV PATH=/opt/fastauth/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    FASTAUTH_HOST=0.0.0.0
WORKDIR /var/lib/fastauth
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=4s --start-period=20s CMD ["fastauth", "health"]
ENTRYPOINT ["fastauth"]
CMD ["serve"]
