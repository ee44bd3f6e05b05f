"""Metrics for Prometheus."""

from fastauth.adapters.prometheus.scrape import Scraped as Scraped
from fastauth.adapters.prometheus.watcher import PrometheusWatcher as PrometheusWatcher
