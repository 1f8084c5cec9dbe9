"""Scribe, a small GPT-2-shaped model that writes prompts: tokens, network, training, export, scores."""
