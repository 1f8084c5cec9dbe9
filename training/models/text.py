"""The text encoder: numbers of words to one vector a word."""

# torch comes without types where the checks run.
# mypy: allow-subclassing-any, allow-untyped-decorators, no-warn-return-any, no-warn-unused-ignores

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .attention import attend


class TextBlock(nn.Module):
    """Attention among the words of a text, then two layers on each."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.before = nn.LayerNorm(width)
        self.queries = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.between = nn.LayerNorm(width)
        self.wide = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """One round; ``mask`` (texts, 1, 1, words) is added to the attention."""
        query, key, value = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in self.queries(self.before(x)).chunk(3, -1)
        )
        seen = attend(query, key, value, mask.to(query.dtype))
        x = x + self.out(seen.transpose(1, 2).flatten(2))
        return x + self.narrow(F.gelu(self.wide(self.between(x))))


class TextEncoder(nn.Module):
    """A small transformer over the first ``length`` tokens.

    What follows the end of a text is ignored: it is masked inside and zero outside, so a text's vectors do not depend
    on how it was filled up.
    """

    def __init__(self, vocabulary: int, end: int, width: int = 256, layers: int = 3, length: int = 32) -> None:
        super().__init__()
        self.end, self.length = end, length
        self.words = nn.Embedding(vocabulary, width)
        nn.init.normal_(self.words.weight, std=0.5)
        self.places = nn.Parameter(torch.randn(length, width) * 0.1)
        self.blocks = nn.ModuleList(TextBlock(width, max(1, width // 64)) for _ in range(layers))
        self.norm = nn.LayerNorm(width)

    def forward(self, numbers: Tensor) -> tuple[Tensor, Tensor]:
        """Vectors of every token (texts, length, width), and of the whole text (texts, width)."""
        numbers = numbers[:, : self.length]
        ends = (numbers == self.end).to(torch.int32)
        after = (ends.cumsum(1) - ends) > 0
        mask = after[:, None, None, :].float() * -1e4
        x = self.words(numbers) + self.places
        for block in self.blocks:
            x = block(x, mask)
        x = self.norm(x) * (~after)[..., None].to(x.dtype)
        return x, x[:, 0]
