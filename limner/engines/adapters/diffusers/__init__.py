"""Draws with diffusers' pipelines on torch: CUDA, ROCm, Apple's GPUs, or a CPU."""

from limner.engines.adapters.diffusers.engine import DiffusersEngine

__all__ = ["DiffusersEngine"]
