"""What a picture file says about how it was made."""

from __future__ import annotations

from dataclasses import dataclass

from limner import __version__
from limner.errors import LimnerError

TRAINED_ALGORITHMIC_MEDIA = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
"""IPTC's name for "made by a trained model": what EU AI Act Art. 50(2) asks a machine to be able to read."""

SOFTWARE = f"Limner {__version__}"


ALGORITHMICALLY_ENHANCED = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicallyEnhanced"
"""IPTC's name for a picture of whatever origin that an algorithm made better: larger, and no other."""


class UnreadablePicture(LimnerError):
    """The bytes are not a PNG, JPEG or WebP that can be walked from end to end."""

    code = "unreadable_picture"


@dataclass(frozen=True, slots=True)
class Provenance:
    """How one picture was made. Fields that a file does not have are empty: a stranger's file may have any of them.

    `seed` is this picture's own, not the job's first.
    """

    prompt: str = ""
    negative_prompt: str = ""
    model: str = ""
    seed: int | None = None
    steps: int | None = None
    guidance: float | None = None
    width: int | None = None
    height: int | None = None
    sampler: str = ""
    """How it was sampled, by the name that AUTOMATIC1111's programs have for it."""
    model_hash: str = ""
    """SHA-256 of the model's weights in hex, or its beginning."""
    strength: float | None = None
    """How much of a picture that was given was drawn anew, 0 to 1."""
    upscaler: str = ""
    """The model that made the picture larger after it was made."""
    software: str = SOFTWARE
    source_type: str = TRAINED_ALGORITHMIC_MEDIA

    @property
    def made_by_a_model(self) -> bool:
        """True when the file says that a trained model made it, whoever wrote the file."""
        return self.source_type == TRAINED_ALGORITHMIC_MEDIA
