"""How the bundled models are made: drawn scenes, their captions, training, export. Never imported by ``limner``."""
