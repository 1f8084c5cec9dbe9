"""Attention, in the form that is fastest where it runs."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None) -> Tensor:
    """What each query reads: all are (batch, heads, tokens, features); ``mask`` is added to the scores.

    On a CPU the plain three steps are faster for a few dozen tokens than the fused kernel with its slow way back.
    """
    if query.is_cuda:
        return F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
    scores = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2)
    if mask is not None:
        scores = scores + mask
    return F.softmax(scores, -1, dtype=scores.dtype) @ value
