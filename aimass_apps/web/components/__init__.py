"""The parts pages are built of, as plain functions; `templatetags/aimass.py` gives them to templates."""
