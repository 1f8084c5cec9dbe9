"""Every setting of Limner: one flat table. `docs/settings.md` says the same, and a test holds the two together."""

from __future__ import annotations

from limner.config.env import Setting, amount, choice, flag, hosts, networks, origins, pairs, path, text, whole

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "LIMNER_HOME", "folder", path, "",
        "Where everything is kept: database, pictures, keys. Made on first start, for its owner only. "
        "Default: the platform's place for application data.",
    ),
    Setting(
        "LIMNER_HOST", "address", text, "127.0.0.1",
        "The address `limner serve` listens on. Anything beyond this machine needs `LIMNER_ACCOUNTS=on` or `--open`.",
    ),
    Setting("LIMNER_PORT", "1 to 65535", whole(1, 65535), "8080", "The port `limner serve` listens on."),
    Setting(
        "LIMNER_ACCOUNTS", "on or off", flag, "off",
        "`off`: personal mode, one owner and no sign-in. `on`: people sign in, programs bring API keys.",
    ),
    Setting(
        "LIMNER_SIGN_UP", "off, invitation, approval or open", choice("off", "invitation", "approval", "open"),
        "invitation",
        "Who may make an account, with accounts on: nobody, whoever has an invitation, whoever asks and is let in, "
        "or everybody.",
    ),
    Setting(
        "LIMNER_GUESTS", "on or off", flag, "off",
        "`on`: with accounts on, visitors draw a little without an account, as the plan for guests allows, which "
        "everybody at one address shares. They have no API.",
    ),
    Setting(
        "LIMNER_MAIL_URL", "URL", text, "",
        "The server that sends mail: `smtp://user:password@host:587`, or `smtps://` for TLS from the first byte. "
        "Needs `LIMNER_HOSTS`. Empty: no mail, so addresses are not verified and passwords not reset by mail.",
        secret=True,
    ),
    Setting(
        "LIMNER_MAIL_FROM", "address", text, "",
        "Whom mail comes from. Default: `limner@` and the first of `LIMNER_HOSTS`.",
    ),
    Setting(
        "LIMNER_OIDC", "URL", text, "",
        "Issuer of an OpenID Connect provider that people may sign in with. Its callback is "
        "`/sign-in/with/oidc/callback`.",
    ),
    Setting("LIMNER_OIDC_ID", "text", text, "", "The client that Limner is to that provider."),
    Setting("LIMNER_OIDC_SECRET", "text", text, "", "The client's secret.", secret=True),
    Setting("LIMNER_OIDC_NAME", "text", text, "OpenID Connect", "What the button of that provider says."),
    Setting("LIMNER_GOOGLE_ID", "text", text, "", "Client of Google's: people may sign in with Google."),
    Setting("LIMNER_GOOGLE_SECRET", "text", text, "", "That client's secret.", secret=True),
    Setting("LIMNER_GITHUB_ID", "text", text, "", "Client of GitHub's: people may sign in with GitHub."),
    Setting("LIMNER_GITHUB_SECRET", "text", text, "", "That client's secret.", secret=True),
    Setting(
        "LIMNER_HOSTS", "host names", hosts, "",
        "Names beside localhost under which Limner may be reached, between commas; `.example.com` means every name "
        "under it. With accounts on and nothing listed, any name is answered.",
    ),
    Setting(
        "LIMNER_ORIGINS", "origins", origins, "",
        "Web pages of other origins that may use the API from a browser, between commas, "
        "such as `http://localhost:3000`. Never `*`.",
    ),
    Setting(
        "LIMNER_TRUSTED_PROXIES", "addresses", networks, "127.0.0.1",
        "Addresses of reverse proxies whose `X-Forwarded-For`, `-Proto`, `-Host` and `-Port` are believed, between "
        "commas; `172.16.0.0/12` means every one in it.",
    ),
    Setting(
        "LIMNER_DATABASE_URL", "URL", text, "",
        "`sqlite:////absolute/path` or `postgres://user:password@host:5432/name`. Default: a SQLite file in "
        "`LIMNER_HOME`.",
        secret=True,
    ),
    Setting(
        "LIMNER_DATABASE_POOL", "0 to 1000", whole(0, 1000), "16",
        "Most connections a process keeps to PostgreSQL; 0: no pool, each use opens its own.",
    ),
    Setting(
        "LIMNER_VALKEY_URL", "URL", text, "",
        "A Valkey (or Redis) in which all processes count together how often somebody asks: "
        "`valkey://user:password@host:6379/0`. Needs `pip install 'limner[valkey]'`. Empty: each process counts in "
        "its memory.",
        secret=True,
    ),
    Setting(
        "LIMNER_PICTURES", "folder or s3://bucket/prefix", text, "",
        "Where pictures and uploads are stored. Default: `pictures` in `LIMNER_HOME`. S3 needs "
        "`pip install 'django-storages[s3]'`.",
    ),
    Setting("LIMNER_S3_ENDPOINT", "URL", text, "", "Address of an S3 server that is not Amazon's."),
    Setting("LIMNER_S3_REGION", "name", text, "", "Region of the bucket."),
    Setting(
        "LIMNER_S3_ACCESS_KEY", "text", text, "",
        "Access key of the bucket. Empty: what the machine's own role allows.", secret=True,
    ),
    Setting("LIMNER_S3_SECRET_KEY", "text", text, "", "Secret key of the bucket.", secret=True),
    Setting(
        "LIMNER_TARGETS", "name=model", pairs, "",
        "Which model draws when a program asks for a name, between commas: `dall-e-3=storybook`. "
        "Names that are not listed keep Limner's own answer.",
    ),
    Setting(
        "LIMNER_UPSTREAMS", "file", text, "",
        "The file that names the servers to draw with. Default: `upstreams.toml` in `LIMNER_HOME`.",
    ),
    Setting(
        "OPENAI_API_KEY", "text", text, "",
        "Makes OpenAI's models available, at OpenAI's prices. It never makes them the studio's default.", secret=True,
    ),
    Setting(
        "LIMNER_CHAT_MODEL", "name", text, "",
        "The chat model behind `OPENAI_API_KEY` that may write prompts, at OpenAI's prices. Empty: none does.",
    ),
    Setting(
        "OPENAI_BASE_URL", "URL", text, "",
        "Where `OPENAI_API_KEY` is sent instead of OpenAI. Default: `https://api.openai.com/v1`.",
    ),
    Setting("OPENAI_ORG_ID", "text", text, "", "The organization that OpenAI bills, where a key has several."),
    Setting("OPENAI_PROJECT_ID", "text", text, "", "The project that OpenAI bills, where a key has several."),
    Setting(
        "LIMNER_SECRET_KEY", "text", text, "",
        "Signs sessions and links. Default: made on first start and kept in `LIMNER_HOME/secret-key`.", secret=True,
    ),
    Setting(
        "LIMNER_MAX_BODY_MB", "1 to 4096", whole(1, 4096), "64",
        "Largest request body, in megabytes; a larger one is refused before it is read. JSON may have 30 where "
        "pictures come in it, and 1 elsewhere.",
    ),
    Setting(
        "LIMNER_API_MAX_WAIT", "1 to 86400", whole(1, 86400), "300",
        "Seconds of queue before an API call's job, by prediction; a call that would wait longer is answered 429 at "
        "once.",
    ),
    Setting(
        "LIMNER_API_STRICT", "on or off", flag, "off",
        "`on`: /v1 refuses what OpenAI's Images API refuses today: a missing model, DALL·E's names, parameters and "
        "routes. `off`: everything that it has ever taken.",
    ),
    Setting(
        "LIMNER_API_RESPONSE_FORMAT", "url or b64_json", choice("url", "b64_json"), "url",
        "How names that are not `gpt-image`'s answer when a call does not say; Vercel's `@ai-sdk/openai` needs "
        "`b64_json`.",
    ),
    Setting(
        "LIMNER_FETCH_HOSTS", "host names", hosts, "",
        "Other servers that an `image_url` of an API call may name, between commas. Empty: `data:` URLs and this "
        "Limner's own pictures only.",
    ),
    Setting(
        "LIMNER_BLOCKED_WORDS", "words", text, "",
        "Words and phrases that no prompt may have, between commas: whole words, however they are accented or "
        "capitalised.",
    ),
    Setting(
        "LIMNER_GALLERY", "off, by-choice or wall", choice("off", "by-choice", "wall"), "by-choice",
        "The public gallery. `off`: there is none. `by-choice`: people choose which pictures everybody sees. `wall`: "
        "with accounts on, every picture of whoever is signed in is public at once.",
    ),
    Setting(
        "LIMNER_GALLERY_APPROVE", "on or off", flag, "off",
        "`on`: a moderator says yes before a picture is public.",
    ),
    Setting(
        "LIMNER_MODERATION_URL", "URL", text, "",
        "A server that rules may ask about prompts, as OpenAI's moderation is asked: `https://api.openai.com/v1`. "
        "Prompts are sent there. Empty: none is.",
    ),
    Setting("LIMNER_MODERATION_KEY", "text", text, "", "The key that it wants.", secret=True),
    Setting(
        "LIMNER_MODERATION_MODEL", "name", text, "omni-moderation-latest",
        "The model that it looks through prompts with.",
    ),
    Setting(
        "LIMNER_WRITER", "folder or name", text, "",
        "A model of GPT-2's family that writes prompts: its folder, or the name under which it lies in `models` in "
        "`LIMNER_HOME` or in Hugging Face's cache. Default: Scribe, which comes with Limner.",
    ),
    Setting(
        "LIMNER_PROMPT_OF_THE_DAY", "on or off", flag, "on",
        "Whether the studio and `GET /api/v1/prompts/today` have a prompt of the day, the same for everybody.",
    ),
    Setting(
        "LIMNER_CREDITS_PER_SECOND", "number", amount, "0.1",
        "Credits for each second that a model of this machine is predicted to draw. Upstreams' models cost "
        "their price in US cents.",
    ),
    Setting(
        "LIMNER_FREE_DISK_MB", "0 to 1000000", whole(0, 1_000_000), "50",
        "Megabytes that have to stay free on the disk with the pictures; with less, new jobs are refused "
        "before drawing.",
    ),
    Setting(
        "LIMNER_KEEP_UPLOADS", "1 to 8760", whole(1, 8760), "24",
        "Hours after which an upload is deleted that no picture was made from.",
    ),
    Setting(
        "LIMNER_KEEP_TRASH", "1 to 36500", whole(1, 36500), "30",
        "Days that pictures stay in the trash before they are deleted for good.",
    ),
    Setting(
        "LIMNER_KEEP_API_RESULTS", "0 to 36500", whole(0, 36500), "0",
        "Days that pictures stay which programs have asked for. Public ones, those that their owner likes and those "
        "in albums stay longer. 0: they are kept.",
    ),
    Setting(
        "LIMNER_KEEP_GUESTS", "1 to 3650", whole(1, 3650), "7",
        "Days after which a guest who asks for nothing more is deleted, with all their pictures.",
    ),
    Setting(
        "LIMNER_KEEP_EVENTS", "1 to 3650", whole(1, 3650), "7",
        "Days that events of jobs are kept, for programs that were away to catch up with.",
    ),
    Setting(
        "LIMNER_LOG_LEVEL", "debug, info, warning or error", choice("debug", "info", "warning", "error"), "info",
        "How much is written to the log (standard error).",
    ),
)  # fmt: skip
