"""One blob per picture or upload, under an unguessable key, over Django's storage "pictures"."""
