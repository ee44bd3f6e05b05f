"""Transactions that act on others, under the rules of delegation."""
