"""The styles that come with Limner: words for a look, and words for what spoils it. They name no artist."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext_noop

from limner.look.speech import pgettext_noop


@dataclass(frozen=True, slots=True)
class Style:
    """A look with a name: `words` go behind the prompt, or around it where they say `{prompt}`; `negative` is what to
    avoid."""

    name: str
    """What a form sends: of a style that comes with Limner a word, of one that somebody keeps its public id."""
    title: str
    words: str
    negative: str = ""
    group: str = ""
    kept: bool = False
    """Whether somebody wrote it: then its title is theirs, and stays in their language."""


_GROUPS: dict[str, tuple[Style, ...]] = {
    pgettext_noop("style group", "Light and place"): (
        Style("day", gettext_noop("Daylight"), "by day"),
        Style("sunset", gettext_noop("Sunset"), "at sunset"),
        Style("night", gettext_noop("Night"), "at night"),
        Style("rain", gettext_noop("Rain"), "in the rain"),
        Style("meadow", gettext_noop("Meadow"), "in a meadow"),
        Style("forest", gettext_noop("Forest"), "in a forest"),
        Style("sea", gettext_noop("Seaside"), "by the sea"),
        Style("city", gettext_noop("City"), "in the city"),
        Style("snow", gettext_noop("Snow"), "in the snow"),
        Style("space", gettext_noop("Space"), "in space"),
        Style("plain", gettext_noop("Plain ground"), "on a plain background"),
        Style("winter-night", gettext_noop("Winter night"), "in the snow at night"),
        Style("moonlit-sea", gettext_noop("Moonlit sea"), "by the sea at night"),
        Style("city-lights", gettext_noop("City lights"), "in the city at night"),
        Style("golden-meadow", gettext_noop("Golden meadow"), "in a meadow at sunset"),
        Style("rainy-woods", gettext_noop("Rainy woods"), "in a forest in the rain"),
        Style("fog", gettext_noop("Fog"), "in thick morning fog, muted colours, soft silhouettes", "harsh light"),
        Style("candlelight", gettext_noop("Candlelight"), "lit by candles, warm glow, deep shadows", "daylight"),
    ),
    pgettext_noop("style group", "Painting"): (
        Style(
            "watercolour",
            gettext_noop("Watercolour"),
            "watercolour painting, soft washes, paper texture",
            "photo, render",
        ),
        Style(
            "oil", gettext_noop("Oil paint"), "oil painting, visible brush strokes, canvas texture", "photo, render"
        ),
        Style(
            "gouache",
            gettext_noop("Gouache"),
            "gouache painting, opaque matt colours, flat shapes, paper texture",
            "photo, render, gloss",
        ),
        Style(
            "impressionism",
            gettext_noop("Impressionism"),
            "impressionist painting, broken brush strokes, flickering light, open air",
            "photo, render, hard outlines",
        ),
        Style(
            "fresco",
            gettext_noop("Fresco"),
            "fresco on lime plaster, earth colours, fine cracks, faded edges",
            "photo, render, neon colours",
        ),
        Style(
            "still-life",
            gettext_noop("Old masters"),
            "seventeenth-century oil painting, dark ground, light from one side, fine detail, craquelure",
            "photo, render, flat light",
        ),
        Style(
            "ink-wash",
            gettext_noop("Ink wash"),
            "East Asian ink wash painting, brush and ink, empty space, rice paper",
            "photo, render, bright colours",
        ),
        Style(
            "abstract",
            gettext_noop("Abstract"),
            "abstract painting, overlapping shapes, bold colour fields, heavy texture",
            "photo, realism",
        ),
    ),
    pgettext_noop("style group", "Drawing"): (
        Style("pencil", gettext_noop("Pencil"), "pencil sketch, soft shading, paper grain", "photo, render"),
        Style("ink", gettext_noop("Ink drawing"), "ink drawing, fine line work, white paper", "photo, colour"),
        Style(
            "charcoal",
            gettext_noop("Charcoal"),
            "charcoal drawing, smudged shadows, rough paper",
            "photo, colour, clean lines",
        ),
        Style(
            "pastel",
            gettext_noop("Pastel chalk"),
            "soft pastel drawing, chalk grain, blended colours, toned paper",
            "photo, render",
        ),
        Style(
            "coloured-pencil",
            gettext_noop("Coloured pencil"),
            "coloured pencil drawing, layered hatching, visible strokes, white paper",
            "photo, render",
        ),
        Style(
            "blueprint",
            gettext_noop("Blueprint"),
            "technical blueprint, white lines on blue, annotations, grid",
            "photo, shading, colour",
        ),
        Style(
            "botanical",
            gettext_noop("Botanical plate"),
            "botanical plate, fine ink outlines, hand-coloured, cream paper, centred specimen",
            "photo, busy background",
        ),
    ),
    pgettext_noop("style group", "Print"): (
        Style("woodcut", gettext_noop("Woodcut"), "woodcut print, bold lines, two colours", "photo, render"),
        Style(
            "linocut",
            gettext_noop("Linocut"),
            "linocut print, carved marks, flat ink, visible texture",
            "photo, render, gradient",
        ),
        Style(
            "etching",
            gettext_noop("Etching"),
            "copperplate etching, fine cross-hatching, sepia ink, plate mark",
            "photo, colour",
        ),
        Style(
            "ukiyo-e",
            gettext_noop("Ukiyo-e"),
            "ukiyo-e woodblock print, flat colours, flowing outlines, printed on washi",
            "photo, render, gradient",
        ),
        Style(
            "risograph",
            gettext_noop("Risograph"),
            "risograph print, two spot colours, grain, slight misregistration",
            "photo, render, glossy",
        ),
        Style(
            "screen-print",
            gettext_noop("Screen print"),
            "screen print poster, thick flat ink, halftone dots, few colours",
            "photo, render",
        ),
        Style(
            "travel-poster",
            gettext_noop("Travel poster"),
            "vintage travel poster, simplified shapes, warm flat colours, wide sky",
            "photo, clutter, small text",
        ),
    ),
    pgettext_noop("style group", "Photography"): (
        Style(
            "photo",
            gettext_noop("Photograph"),
            "photograph, natural light, shallow depth of field",
            "drawing, painting, render",
        ),
        Style(
            "portrait",
            gettext_noop("Studio portrait"),
            "studio portrait photograph, softbox light, plain backdrop, 85 mm lens",
            "drawing, painting, clutter",
        ),
        Style(
            "black-and-white",
            gettext_noop("Black and white"),
            "black-and-white photograph, film grain, strong contrast",
            "colour, drawing, painting",
        ),
        Style(
            "macro",
            gettext_noop("Macro"),
            "macro photograph, extreme close-up, fine detail, blurred background",
            "drawing, painting, wide shot",
        ),
        Style(
            "long-exposure",
            gettext_noop("Long exposure"),
            "long-exposure photograph, light trails, smooth water, tripod",
            "drawing, painting, frozen motion",
        ),
        Style(
            "aerial",
            gettext_noop("From the air"),
            "aerial photograph, seen from straight above, long shadows",
            "drawing, painting, close-up",
        ),
        Style(
            "product",
            gettext_noop("Product shot"),
            "product photograph, seamless white background, soft shadow, sharp focus",
            "drawing, clutter, people",
        ),
        Style(
            "instant-film",
            gettext_noop("Instant film"),
            "instant film photograph, faded colours, soft focus, white frame",
            "drawing, painting, sharp digital",
        ),
    ),
    pgettext_noop("style group", "Cinema"): (
        Style(
            "film-still",
            gettext_noop("Film still"),
            "film still, anamorphic lens, cinematic colour grade, shallow focus",
            "drawing, flat light, text",
        ),
        Style(
            "film-noir",
            gettext_noop("Film noir"),
            "film noir still, black and white, hard light through blinds, long shadows",
            "colour, flat light",
        ),
        Style(
            "western",
            gettext_noop("Western"),
            "western film still, wide desert, low sun, dust, warm colours",
            "modern objects, cold colours",
        ),
        Style(
            "science-fiction",
            gettext_noop("Science fiction"),
            "science-fiction film still, vast structures, haze, cold light",
            "rustic, drawing",
        ),
        Style(
            "stop-motion",
            gettext_noop("Stop motion"),
            "stop-motion animation still, handmade puppets, miniature set, practical light",
            "photo of people, drawing",
        ),
        Style(
            "anime",
            gettext_noop("Anime"),
            "anime film still, clean outlines, painted background, luminous sky",
            "photo, render, realism",
        ),
    ),
    pgettext_noop("style group", "Illustration"): (
        Style("flat", gettext_noop("Flat"), "flat vector illustration"),
        Style(
            "storybook",
            gettext_noop("Picture book"),
            "children's picture book illustration, gentle colours, hand-painted, friendly shapes",
            "photo, dark mood",
        ),
        Style(
            "comic",
            gettext_noop("Comic"),
            "comic book panel, inked outlines, flat colours, halftone shading",
            "photo, render",
        ),
        Style("pixel-art", gettext_noop("Pixel art"), "pixel art, limited palette, crisp edges", "blurry, photo"),
        Style(
            "isometric",
            gettext_noop("Isometric"),
            "isometric illustration, clean geometry, soft shading, plain background",
            "photo, perspective",
        ),
        Style(
            "line-art",
            gettext_noop("Single line"),
            "continuous line drawing, single black line, white background",
            "photo, shading, colour",
        ),
        Style(
            "sticker",
            gettext_noop("Sticker"),
            "die-cut sticker, thick white border, bold colours, plain background",
            "photo, busy background",
        ),
        Style(
            "concept-art",
            gettext_noop("Concept art"),
            "concept art, painterly environment, dramatic light, sense of scale",
            "photo, flat colours",
        ),
    ),
    pgettext_noop("style group", "Craft"): (
        Style("clay", gettext_noop("Clay"), "clay model, studio light, fingerprints in the clay", "drawing"),
        Style("paper-cut", gettext_noop("Paper cut"), "layered paper cut, soft shadows", "photo"),
        Style(
            "origami",
            gettext_noop("Origami"),
            "origami, folded paper, crisp creases, plain background",
            "drawing, painting",
        ),
        Style(
            "felt",
            gettext_noop("Felt"),
            "needle-felted wool, soft fibres, tiny stitches, studio light",
            "drawing, hard edges",
        ),
        Style(
            "embroidery",
            gettext_noop("Embroidery"),
            "embroidery on linen, satin stitch, coloured thread, hoop",
            "photo of people, render",
        ),
        Style(
            "mosaic",
            gettext_noop("Mosaic"),
            "mosaic of small glazed tiles, visible grout, gold accents",
            "photo, smooth gradient",
        ),
        Style(
            "stained-glass",
            gettext_noop("Stained glass"),
            "stained-glass window, lead lines, glowing colours",
            "photo, muted colours",
        ),
        Style(
            "bricks",
            gettext_noop("Toy bricks"),
            "built of plastic toy bricks, visible studs, bright colours, studio light",
            "drawing, painting",
        ),
    ),
    pgettext_noop("style group", "Era"): (
        Style(
            "illuminated",
            gettext_noop("Illuminated manuscript"),
            "illuminated manuscript, gold leaf, vellum, ornamented border",
            "photo, render",
        ),
        Style(
            "art-nouveau",
            gettext_noop("Art nouveau"),
            "art nouveau poster, flowing lines, floral border, muted colours",
            "photo, render, straight lines",
        ),
        Style(
            "art-deco",
            gettext_noop("Art deco"),
            "art deco, geometric ornament, gold and black, symmetry",
            "photo, clutter, organic shapes",
        ),
        Style(
            "bauhaus",
            gettext_noop("Bauhaus"),
            "Bauhaus poster, primary colours, circles and squares, strong diagonal",
            "photo, ornament",
        ),
        Style(
            "mid-century",
            gettext_noop("Mid-century"),
            "1950s advertising illustration, atomic shapes, teal and mustard",
            "photo, render, neon colours",
        ),
        Style(
            "seventies",
            gettext_noop("Seventies"),
            "1970s print, orange and brown, rounded shapes, film grain",
            "photo, cold colours",
        ),
        Style(
            "synthwave",
            gettext_noop("Synthwave"),
            "1980s synthwave, neon grid, magenta and cyan, glowing sun",
            "daylight, muted colours",
        ),
        Style(
            "low-poly",
            gettext_noop("Early 3D"),
            "1990s computer graphics, low-polygon model, pixelated textures",
            "photo, smooth surfaces",
        ),
    ),
}

STYLES: tuple[Style, ...] = tuple(
    replace(style, group=group) for group, styles in _GROUPS.items() for style in styles
)
"""In the order in which they are offered."""
