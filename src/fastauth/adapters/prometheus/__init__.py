"""Metrics for Prometheus."""

from fastauth.adapters.prometheus.exporter import MetricsExporter as MetricsExporter
from fastauth.adapters.prometheus.instrumentation import (
    PrometheusInstrumentation as PrometheusInstrumentation,
)
