"""Metrics for Prometheus."""

from fastauth.adapters.prometheus.exporter import Scraped as Scraped
from fastauth.adapters.prometheus.instrumentation import (
    PrometheusInstrumentation as PrometheusInstrumentation,
)
