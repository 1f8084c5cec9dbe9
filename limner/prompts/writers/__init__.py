"""Code that writes prompts: a folder or a file each, and a line in the registry."""
