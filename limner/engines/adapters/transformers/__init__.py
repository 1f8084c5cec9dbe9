"""Writers on torch: any model of GPT-2's family, as Hugging Face's folders have it."""
