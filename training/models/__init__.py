"""The three networks of a bundled picture model: autoencoder, text encoder, denoiser."""
