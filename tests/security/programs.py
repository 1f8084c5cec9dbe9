"""What programs ask for: Alice and Bob with keys of theirs, Charlie without one."""

from __future__ import annotations

from tests.security.table import Row

PROGRAMS: dict[str, list[Row]] = {
    "v1/images/generations": [Row("POST", "/v1/images/generations", 400, 400, 401, body="{}", by_key=True)],
    "v1/images/edits": [Row("POST", "/v1/images/edits", 400, 400, 401, body="{}", by_key=True)],
    "v1/images/variations": [Row("POST", "/v1/images/variations", 400, 400, 401, body="{}", by_key=True)],
    "v1/models": [Row("GET", "/v1/models", 200, 200, 401, by_key=True)],
    "v1/models/<path:name>": [Row("GET", "/v1/models/storybook", 200, 200, 401, by_key=True)],
    "^v1(?:/[\\s\\S]*)?$": [Row("GET", "/v1/nothing-here", 404, 404, 404, by_key=True)],
    "images/generations": [Row("POST", "/images/generations", 400, 400, 401, body="{}", by_key=True)],
    "images/edits": [Row("POST", "/images/edits", 400, 400, 401, body="{}", by_key=True)],
    "images/variations": [Row("POST", "/images/variations", 400, 400, 401, body="{}", by_key=True)],
    "models": [Row("GET", "/models", 200, 200, 401, by_key=True)],
    "models/<path:name>": [Row("GET", "/models/storybook", 200, 200, 401, by_key=True)],
    "^(?:images|models)(?:/[\\s\\S]*)?$": [Row("GET", "/images/nothing-here", 404, 404, 404, by_key=True)],
    "openai/deployments/<path:model>/images/generations": [
        Row("POST", "/openai/deployments/dall-e-3/images/generations", 400, 400, 401, body="{}", by_key=True)
    ],
    "openai/deployments/<path:model>/images/edits": [
        Row("POST", "/openai/deployments/dall-e-3/images/edits", 400, 400, 401, body="{}", by_key=True)
    ],
    "openai/deployments/<path:model>/images/variations": [
        Row("POST", "/openai/deployments/dall-e-3/images/variations", 400, 400, 401, body="{}", by_key=True)
    ],
    "openai/images/generations:submit": [
        Row("POST", "/openai/images/generations:submit", 400, 400, 401, body="{}", by_key=True)
    ],
    "openai/operations/images/<uuid:job>": [
        Row("GET", "/openai/operations/images/{job}", 200, 404, 401, by_key=True)
    ],
    "openai/v1/images/generations": [
        Row("POST", "/openai/v1/images/generations", 400, 400, 401, body="{}", by_key=True)
    ],
    "openai/v1/images/edits": [Row("POST", "/openai/v1/images/edits", 400, 400, 401, body="{}", by_key=True)],
    "openai/v1/images/variations": [
        Row("POST", "/openai/v1/images/variations", 400, 400, 401, body="{}", by_key=True)
    ],
    "openai/v1/models": [Row("GET", "/openai/v1/models", 200, 200, 401, by_key=True)],
    "openai/v1/models/<path:name>": [Row("GET", "/openai/v1/models/storybook", 200, 200, 401, by_key=True)],
    "openai/images/generations": [Row("POST", "/openai/images/generations", 400, 400, 401, body="{}", by_key=True)],
    "openai/images/edits": [Row("POST", "/openai/images/edits", 400, 400, 401, body="{}", by_key=True)],
    "openai/images/variations": [Row("POST", "/openai/images/variations", 400, 400, 401, body="{}", by_key=True)],
    "openai/models": [Row("GET", "/openai/models", 200, 200, 401, by_key=True)],
    "openai/models/<path:name>": [Row("GET", "/openai/models/storybook", 200, 200, 401, by_key=True)],
    "^openai(?:/[\\s\\S]*)?$": [Row("GET", "/openai/nothing-here", 404, 404, 404, by_key=True)],
    "sdapi/v1/txt2img": [Row("POST", "/sdapi/v1/txt2img", 400, 400, 401, body="[]", by_key=True)],
    "sdapi/v1/img2img": [Row("POST", "/sdapi/v1/img2img", 404, 404, 401, body="{}", by_key=True)],
    "sdapi/v1/progress": [Row("GET", "/sdapi/v1/progress", 200, 200, 401, by_key=True)],
    "sdapi/v1/interrupt": [Row("POST", "/sdapi/v1/interrupt", 200, 200, 401, body="{}", by_key=True)],
    "sdapi/v1/options": [
        Row("GET", "/sdapi/v1/options", 200, 200, 401, by_key=True),
        Row("POST", "/sdapi/v1/options", 200, 200, 401, body="{}", by_key=True),
    ],
    "sdapi/v1/sd-models": [Row("GET", "/sdapi/v1/sd-models", 200, 200, 401, by_key=True)],
    "sdapi/v1/samplers": [Row("GET", "/sdapi/v1/samplers", 200, 200, 401, by_key=True)],
    "sdapi/v1/schedulers": [Row("GET", "/sdapi/v1/schedulers", 200, 200, 401, by_key=True)],
    "sdapi/v1/upscalers": [Row("GET", "/sdapi/v1/upscalers", 200, 200, 401, by_key=True)],
    "sdapi/v1/prompt-styles": [Row("GET", "/sdapi/v1/prompt-styles", 200, 200, 401, by_key=True)],
    "sdapi/v1/png-info": [Row("POST", "/sdapi/v1/png-info", 422, 422, 401, body="{}", by_key=True)],
    "sdapi/v1/extra-single-image": [
        Row("POST", "/sdapi/v1/extra-single-image", 422, 422, 401, body="{}", by_key=True)
    ],
    "sdapi/v1/extra-batch-images": [
        Row("POST", "/sdapi/v1/extra-batch-images", 422, 422, 401, body="{}", by_key=True)
    ],
    "sdapi/v1/latent-upscale-modes": [Row("GET", "/sdapi/v1/latent-upscale-modes", 200, 200, 401, by_key=True)],
    "sdapi/v1/sd-vae": [Row("GET", "/sdapi/v1/sd-vae", 200, 200, 401, by_key=True)],
    "sdapi/v1/sd-modules": [Row("GET", "/sdapi/v1/sd-modules", 200, 200, 401, by_key=True)],
    "sdapi/v1/loras": [Row("GET", "/sdapi/v1/loras", 200, 200, 401, by_key=True)],
    "sdapi/v1/embeddings": [Row("GET", "/sdapi/v1/embeddings", 200, 200, 401, by_key=True)],
    "sdapi/v1/hypernetworks": [Row("GET", "/sdapi/v1/hypernetworks", 200, 200, 401, by_key=True)],
    "sdapi/v1/face-restorers": [Row("GET", "/sdapi/v1/face-restorers", 200, 200, 401, by_key=True)],
    "sdapi/v1/realesrgan-models": [Row("GET", "/sdapi/v1/realesrgan-models", 200, 200, 401, by_key=True)],
    "sdapi/v1/scripts": [Row("GET", "/sdapi/v1/scripts", 200, 200, 401, by_key=True)],
    "sdapi/v1/script-info": [Row("GET", "/sdapi/v1/script-info", 200, 200, 401, by_key=True)],
    "sdapi/v1/extensions": [Row("GET", "/sdapi/v1/extensions", 200, 200, 401, by_key=True)],
    "sdapi/v1/artists": [Row("GET", "/sdapi/v1/artists", 200, 200, 401, by_key=True)],
    "sdapi/v1/artist-categories": [Row("GET", "/sdapi/v1/artist-categories", 200, 200, 401, by_key=True)],
    "sdapi/v1/memory": [Row("GET", "/sdapi/v1/memory", 200, 200, 401, by_key=True)],
    "sdapi/v1/cmd-flags": [Row("GET", "/sdapi/v1/cmd-flags", 200, 200, 401, by_key=True)],
    "sdapi/v1/skip": [Row("POST", "/sdapi/v1/skip", 200, 200, 401, body="{}", by_key=True)],
    "sdapi/v1/refresh-checkpoints": [
        Row("POST", "/sdapi/v1/refresh-checkpoints", 200, 200, 401, body="{}", by_key=True)
    ],
    "sdapi/v1/refresh-vae": [Row("POST", "/sdapi/v1/refresh-vae", 200, 200, 401, body="{}", by_key=True)],
    "sdapi/v1/refresh-loras": [Row("POST", "/sdapi/v1/refresh-loras", 200, 200, 401, body="{}", by_key=True)],
    "sdapi/v1/refresh-embeddings": [
        Row("POST", "/sdapi/v1/refresh-embeddings", 200, 200, 401, body="{}", by_key=True)
    ],
    "sdapi/v1/unload-checkpoint": [Row("POST", "/sdapi/v1/unload-checkpoint", 200, 200, 401, body="{}", by_key=True)],
    "sdapi/v1/reload-checkpoint": [Row("POST", "/sdapi/v1/reload-checkpoint", 200, 200, 401, body="{}", by_key=True)],
    "sdapi/v1/^[\\s\\S]*$": [Row("GET", "/sdapi/v1/nothing-here", 404, 404, 404, by_key=True)],
    "^sdapi(?:/[\\s\\S]*)?$": [Row("GET", "/sdapi/nothing-here", 404, 404, 404, by_key=True)],
    "hf/<path:name>": [Row("POST", "/hf/storybook", 400, 400, 401, body="{}", by_key=True)],
    "^hf(?:/[\\s\\S]*)?$": [Row("GET", "/hf/nothing-here", 405, 405, 405, by_key=True)],
    "api/": [Row("GET", "/api/", 302, 302, 302, by_key=True)],
    "api/openapi.json": [Row("GET", "/api/openapi.json", 200, 200, 200, by_key=True)],
    "api/docs": [Row("GET", "/api/docs", 200, 200, 200, by_key=True)],
    "api/v1/jobs": [
        Row("GET", "/api/v1/jobs", 200, 200, 401, by_key=True),
        Row("POST", "/api/v1/jobs", 400, 400, 401, body="{}", by_key=True),
    ],
    "api/v1/jobs/<job>": [Row("GET", "/api/v1/jobs/{job}", 200, 404, 401, by_key=True)],
    "api/v1/jobs/<job>/cancel": [Row("POST", "/api/v1/jobs/{job}/cancel", 200, 404, 401, body="{}", by_key=True)],
    "api/v1/pictures": [Row("GET", "/api/v1/pictures", 200, 200, 401, by_key=True)],
    "api/v1/pictures/<picture>": [Row("GET", "/api/v1/pictures/{picture}", 200, 404, 401, by_key=True)],
    "api/v1/pictures/<picture>/file": [Row("GET", "/api/v1/pictures/{picture}/file", 302, 404, 401, by_key=True)],
    "api/v1/pictures/<picture>/trash": [
        Row("POST", "/api/v1/pictures/{picture}/trash", 200, 404, 401, body="{}", by_key=True)
    ],
    "api/v1/pictures/<picture>/restore": [
        Row("POST", "/api/v1/pictures/{trashed}/restore", 200, 404, 401, by_key=True)
    ],
    "api/v1/uploads": [
        Row("GET", "/api/v1/uploads", 200, 200, 401, by_key=True),
        Row("POST", "/api/v1/uploads", 400, 400, 401, body="{}", by_key=True),
    ],
    "api/v1/uploads/<upload>": [
        Row("GET", "/api/v1/uploads/{upload}", 200, 404, 401, by_key=True),
        Row("DELETE", "/api/v1/uploads/{upload}", 204, 404, 401, by_key=True),
    ],
    "api/v1/prompts/today": [Row("GET", "/api/v1/prompts/today", 200, 200, 200, by_key=True)],
    "api/v1/prompts/random": [Row("POST", "/api/v1/prompts/random", 200, 200, 401, body="{}", by_key=True)],
    "api/v1/prompts/improve": [Row("POST", "/api/v1/prompts/improve", 400, 400, 401, body="{}", by_key=True)],
    "api/v1/models": [Row("GET", "/api/v1/models", 200, 200, 401, by_key=True)],
    "api/v1/models/<path:name>": [Row("GET", "/api/v1/models/storybook", 200, 200, 401, by_key=True)],
    "api/v1/usage": [Row("GET", "/api/v1/usage", 200, 200, 401, by_key=True)],
    "api/v1/keys": [
        Row("GET", "/api/v1/keys", 200, 200, 401, by_key=True),
        Row("POST", "/api/v1/keys", 400, 400, 401, body="{}", by_key=True),
    ],
    "api/v1/keys/<key>": [
        Row("GET", "/api/v1/keys/{key}", 200, 404, 401, by_key=True),
        Row("DELETE", "/api/v1/keys/{key}", 200, 404, 401, by_key=True),
    ],
    "^api(?:/[\\s\\S]*)?$": [Row("GET", "/api/nothing-here", 404, 404, 404, by_key=True)],
}

# Pages whose views wait for others (and so read the database in another thread than the test's).
WAITED_FOR: dict[str, list[Row]] = {
    "admin/upstreams": [Row("GET", "/admin/upstreams", 404, 404, 302)],
    "write": [
        Row("GET", "/write", 405, 405, 405),
        Row("POST", "/write", 400, 400, 401, body="wish=nothing"),
    ],
}

# What never ends: asked for how it begins.
STREAMS: dict[str, list[Row]] = {
    "events": [Row("GET", "/events", 200, 200, 401)],
    "api/v1/events": [Row("GET", "/api/v1/events", 200, 200, 401, by_key=True)],
    "api/v1/jobs/<job>/events": [Row("GET", "/api/v1/jobs/{job}/events", 200, 404, 401, by_key=True)],
}
