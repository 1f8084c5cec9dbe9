"""Mirrors limner/. The people are in `cast.py`, what a run stands on in `surroundings.py`."""
