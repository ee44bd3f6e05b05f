"""Faults of a replicated PostgreSQL: three nodes under Patroni, three etcd members, one haproxy."""
