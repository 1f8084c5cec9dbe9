"""Captions: what a person might have typed to get a scene, and what the prompt writer learns to write.

>>> import random
>>> from training.captions import example
>>> scene, caption = example(random.Random(1))
"""

from .choosing import Said
from .examples import example
from .grammar import caption
from .knowing import naming, vocabulary
from .sentences import prompts

__all__ = ["Said", "caption", "example", "naming", "prompts", "vocabulary"]
