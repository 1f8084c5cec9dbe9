"""Metadata in and out of picture files: every picture that leaves Limner says that a machine made it.

This room is pure. It may not import Django or another room, touch a database, a disk or the network, or keep
state. It takes bytes and gives bytes. What it reads comes from strangers: `read` has limits, never expands an
entity and never raises.
"""
