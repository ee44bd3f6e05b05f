# Stands in for python:3.x-slim, and is the newcomer's machine: Debian with python3, venv, pip and make.
FROM fastauth-test/rootfs:python
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8
COPY machine/ /
CMD ["python3"]
