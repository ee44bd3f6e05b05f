"""Invitations in SQL."""
