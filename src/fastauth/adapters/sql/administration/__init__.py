"""Lists for administrators."""
