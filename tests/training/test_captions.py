"""What captions and prompts say, and how the tokenizer reads them."""

import random
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from limner.engines.contract import Capabilities, Size, Task
from limner.prompts.styles import styles_for
from training.captions import example, looks, naming, prompts, settings, vocabulary
from training.captions.phrases import american
from training.captions.subjects import NOUNS, plurals
from training.scenes.scene import Scene
from training.scenes.world import WHOLE, World, held_out
from training.tokens import LENGTH, Tokenizer

pytestmark = pytest.mark.extra  # thousands of captions: half a minute

READ = 32
"""How many tokens of a caption the model reads."""
SMALL = World.of(
    {
        "subjects": [
            *("cat", "dog", "fox", "owl", "rabbit", "bird", "penguin", "robot", "fish", "whale", "flower", "tree"),
            *("mushroom", "house", "castle", "lighthouse", "skyscraper", "boat", "car", "rocket", "train", "balloon"),
            *("moon", "book", "cup", "umbrella"),
        ],
        "colours": ["red", "orange", "yellow", "green", "blue", "purple", "pink", "white"],
        "places": ["meadow", "forest", "sea", "city", "snow", "space", "plain"],
        "times": ["day", "sunset", "night", "rain"],
        "styles": ["flat", "watercolour"],
        "counts": [1, 2, 3],
        "sizes": ["medium"],
        "relations": [],
        "held": ["flower", "balloon"],
    }
)
TINY = World.of(
    {
        "subjects": ["robot", "cat"],
        "colours": ["red", "blue"],
        "places": ["meadow", "sea"],
        "times": ["day"],
        "styles": ["flat"],
        "counts": [1],
        "positions": ["middle"],
        "sizes": ["medium"],
        "relations": [],
        "held": [],
        "scenery": False,
    }
)
worlds = pytest.mark.parametrize("world", [WHOLE, SMALL, TINY], ids=["whole", "small", "tiny"])


def examples(world: World, count: int, seed: int = 1) -> Iterator[tuple[Scene, str]]:
    """Scenes with their captions, these in small letters."""
    rng = random.Random(seed)
    for _ in range(count):
        scene, caption = example(rng, world)
        yield scene, caption.lower()


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def says(text: str, phrases: tuple[str, ...]) -> bool:
    """Whether one of the phrases, in either spelling, is in the text."""
    return any(re.search(rf"\b{re.escape(way)}\b", text) for said in phrases for way in (said, american(said)))


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.of(vocabulary())


@worlds
def test_every_scene_has_a_caption_inside_the_vocabulary(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.captions.wording.STRANGE", 0.0)
    known = set(vocabulary(world))
    strange = {word for _, caption in examples(world, 12000) for word in words_of(caption) if word not in known}
    assert not strange


def test_one_thing_in_twenty_has_a_word_nobody_knows() -> None:
    known = set(vocabulary())
    share = sum(not known.issuperset(words_of(caption)) for _, caption in examples(WHOLE, 6000)) / 6000
    assert 0.03 < share < 0.07


@worlds
def test_the_same_seed_says_the_same(world: World) -> None:
    assert list(examples(world, 50, 7)) == list(examples(world, 50, 7))


def test_a_smaller_world_knows_fewer_words_and_no_others() -> None:
    whole, small, tiny = (set(vocabulary(world)) for world in (WHOLE, SMALL, TINY))
    assert tiny < small < whole
    strangers = {"girl", "wizard", "elephant", "crown", "sunflower", "crab", "teal", "silver", "desert", "beach"}
    strangers |= {
        "market",
        "underwater",
        "fog",
        "thunderstorm",
        "dawn",
        "rainbow",
        "neon",
        "woodcut",
        "pixel",
        "four",
    }
    strangers |= {"beside", "inside", "below", "four", "kite", "icecream", "mice", "gown"}
    assert strangers <= whole
    assert not strangers & small
    assert not {"fox", "kitties", "sunset", "two", "holding", "watercolour", "left", "green"} - small
    assert not {"fox", "sunset", "holding", "watercolour", "left", "purple", "two"} & tiny


def test_every_known_word_is_one_token(tokenizer: Tokenizer) -> None:
    assert {word: len(tokenizer.pieces(word)) for word in vocabulary()} == dict.fromkeys(vocabulary(), 1)


def test_the_demo_prompts_are_made_of_known_words() -> None:
    known = set(vocabulary())
    for prompt in (
        "A friendly robot holding a flower",
        "a futuristic cityscape at sunset",
        "a magical forest with glowing trees under a night sky",
        "cute cat, pastel, snow",
        "two cats, 2 dogs, 4k",
    ):
        assert set(words_of(prompt)) <= known, prompt


def test_the_studio_offers_the_styles_that_the_whole_world_has() -> None:
    size = (Size(512, 512),)
    able = Capabilities(frozenset({Task.CREATE}), size, size, vocabulary=frozenset(vocabulary()))
    named = {style.name for style in styles_for(able)}
    assert {"day", "sunset", "night", "meadow", "sea", "city", "snow"} <= named
    assert {"watercolour", "woodcut", "pixel-art"} <= named
    assert not {"oil", "photo", "clay"} & named


def test_an_unknown_word_falls_to_pieces_and_nothing_is_lost(tokenizer: Tokenizer) -> None:
    pieces = tokenizer.pieces("zebracrossing")
    assert len(pieces) > 1
    assert "".join(pieces) == "zebracrossing</w>"


def test_a_text_fills_its_length_and_ends_once_more_than_it_needs(tokenizer: Tokenizer) -> None:
    numbers = tokenizer.encode("A red robot")
    assert len(numbers) == LENGTH
    assert numbers[0] == tokenizer.start
    assert numbers[4:] == [tokenizer.end] * (LENGTH - 4)


def test_a_text_that_is_too_long_still_ends(tokenizer: Tokenizer) -> None:
    numbers = tokenizer.encode("robot " * 200)
    assert len(numbers) == LENGTH
    assert numbers[-1] == tokenizer.end


@worlds
def test_the_model_reads_nearly_every_caption_to_its_end(world: World, tokenizer: Tokenizer) -> None:
    cut = sum(tokenizer.encode(caption)[READ - 1] != tokenizer.end for _, caption in examples(world, 4000))
    assert cut / 4000 <= 0.005


@worlds
def test_everything_a_world_has_is_drawn_sooner_or_later(world: World) -> None:
    scenes = [scene for scene, _ in examples(world, 40000, 2)]
    figures = [(scene, scene.figure) for scene in scenes if scene.figure]
    subjects, places = set(world.subjects), set(world.places)
    assert {(f.subject, f.colour) for _, f in figures} == {(s, c) for s in subjects for c in world.colours}
    allowed = {(s, p) for s in subjects for p in places if not all(held_out(s, c, p) for c in world.colours)}
    assert {(f.subject, scene.place) for scene, f in figures} == allowed
    assert {(f.subject, scene.count) for scene, f in figures} == {(s, n) for s in subjects for n in world.counts}
    assert {(f.subject, scene.time) for scene, f in figures} == {(s, t) for s in subjects for t in world.times}
    assert {(f.subject, scene.style) for scene, f in figures} == {
        (s, style) for s in subjects for style in world.styles
    }
    assert {scene.position for scene in scenes} == set(world.positions)
    assert {f.size for _, f in figures} == set(world.sizes)
    assert {scene.relation.name for scene in scenes if scene.relation} == set(world.relations)
    assert {f.held.thing for _, f in figures if f.held} == set(world.held)
    alone = {scene.place for scene in scenes if scene.figure is None}
    assert alone == (places - {"plain"} if world.scenery else set())


@worlds
def test_a_scene_is_one_that_can_be_drawn(world: World) -> None:
    for scene, caption in examples(world, 8000, 4):
        assert scene.time in world.times_of(scene.place, scene.style), caption
        assert (scene.relation is not None) + (scene.count > 1) + (scene.position != "middle") <= 1, caption
        if scene.relation and scene.figure:
            assert scene.relation.other.subject != scene.figure.subject, caption


@worlds
def test_training_never_sees_what_is_held_out(world: World) -> None:
    for scene, _ in examples(world, 12000, 5):
        figures = [scene.figure, scene.relation.other if scene.relation else None]
        assert not any(held_out(f.subject, f.colour, scene.place) for f in figures if f)
        if scene.figure and (held := scene.figure.held):
            assert not held_out(held.thing, held.colour, scene.place)


@pytest.mark.parametrize("world", [WHOLE, SMALL], ids=["whole", "small"])
def test_a_held_out_caption_says_all_that_is_scored(world: World) -> None:
    rng = random.Random(6)
    for _ in range(4000):
        scene, caption = example(rng, world, held_out=True)
        text, figure = caption.lower(), scene.figure
        assert figure is not None
        assert held_out(figure.subject, figure.colour, scene.place)
        assert scene.relation is None
        names = [name for noun in NOUNS[figure.subject] for name in (plurals(noun) if scene.count > 1 else (noun,))]
        assert says(text, tuple(names)), caption
        assert says(text, (figure.colour, *looks.COLOUR_NAMES[figure.colour])), caption
        assert says(text, _of_place(scene.place)), (scene, caption)
        assert says(text, _of_time(scene.time)), (scene, caption)
        assert scene.count == 1 or says(text, looks.EXACT[scene.count]), caption
        if scene.position != "middle":
            assert says(text, (*looks.POSITIONS[scene.position], *looks.POSITION_TAGS[scene.position])), caption


def _of_place(place: str) -> tuple[str, ...]:
    weathered = (
        phrase.format(word)
        for phrase in settings.WEATHERED.get(place, ())
        for words in settings.WEATHERS.values()
        for word in words
    )
    tables = (settings.PLACE_PHRASES, settings.PLACE_TAGS, settings.SWUM)
    over = (settings.FLOWN[place],) if place in settings.FLOWN else ()
    return (*(phrase for table in tables for phrase in table.get(place, ())), *over, *weathered)


def _of_time(time: str) -> tuple[str, ...]:
    tables = (settings.TIME_PHRASES, settings.QUIET_PHRASES, settings.TIME_TAGS, settings.WEATHERS)
    return tuple(phrase for table in tables for phrase in table.get(time, ()))


def test_a_world_with_nothing_held_out_says_so() -> None:
    lone = World.of({"subjects": ["robot"], "colours": ["blue"], "places": ["meadow"]})
    with pytest.raises(ValueError, match="nothing in it is kept"):
        example(random.Random(1), lone, held_out=True)


_COLOURED = ("green field", "green hill", "green hills", "blue sky", "white background", "on white", "golden hour")
_SAID_COLOURS = {"red", "yellow", "green", "blue", "purple", "pink", "white", "black", "brown", "grey", "gray"}


@worlds
def test_a_caption_never_names_a_colour_that_is_not_there(world: World) -> None:
    for scene, caption in examples(world, 6000, 3):
        text = caption
        for phrase in _COLOURED:
            text = text.replace(phrase, "")
        figure = scene.figure
        there = {figure.colour} if figure else set()
        there |= {figure.held.colour} if figure and figure.held else set()
        there |= {scene.relation.other.colour} if scene.relation else set()
        named = set(words_of(text)) & _SAID_COLOURS
        ways = {word for colour in there for name in (colour, *looks.COLOUR_NAMES[colour]) for word in words_of(name)}
        assert named <= {american(word) for word in ways} | ways, caption


def test_words_of_size_mean_it_where_there_are_sizes() -> None:
    small, large = (re.compile(rf"\b({'|'.join(looks.SIZES[size])})\b") for size in ("small", "large"))
    said = Counter[str]()
    for scene, caption in examples(WHOLE, 8000, 8):
        size = scene.figure.size if scene.figure else "medium"
        assert bool(small.search(caption)) == (size == "small"), caption
        assert bool(large.search(caption)) == (size == "large"), caption
        said[size] += 1
    assert 0.09 < (said["small"] + said["large"]) / 8000 < 0.14
    assert any(large.search(caption) for _, caption in examples(SMALL, 2000, 8))


def test_each_kind_of_scene_has_its_share() -> None:
    for world, styled in ((WHOLE, 5), (SMALL, 1)):
        scenes = [scene for scene, _ in examples(world, 20000, 9)]
        with_figure = [scene for scene in scenes if scene.figure]
        single = [scene for scene in with_figure if scene.count == 1 and not scene.relation]
        assert _share(scene.figure is None for scene in scenes) == pytest.approx(0.07, abs=0.01)
        assert _share(scene.count > 1 for scene in with_figure) == pytest.approx(0.3, abs=0.015)
        assert _share(scene.position != "middle" for scene in single) == pytest.approx(0.25, abs=0.015)
        related = _share(bool(scene.relation) for scene in with_figure)
        assert related == pytest.approx(0.14 if world is WHOLE else 0.0, abs=0.01)
        assert 0.26 < _share(scene.style != "flat" for scene in scenes) < 0.36
        each = Counter(scene.style for scene in scenes if scene.style != "flat")
        assert len(each) == styled
        assert max(each.values()) < 1.3 * min(each.values())
        subjects = Counter(scene.figure.subject for scene in with_figure if scene.figure)
        assert max(subjects.values()) < 1.5 * min(subjects.values())


def _share(found: Iterator[bool]) -> float:
    all_found = list(found)
    return sum(all_found) / len(all_found)


def test_a_style_that_is_not_the_usual_one_is_always_said() -> None:
    rng = random.Random(10)
    for _ in range(6000):
        scene, caption = example(rng)
        if scene.style != "flat":
            tables = (looks.STYLE_PHRASES, looks.STYLE_TAGS, looks.STYLE_OPENINGS)
            assert says(caption.lower(), tuple(p for table in tables for p in table[scene.style])), caption


_NEVER = re.compile(
    r"  | ,|,,|, ,|^[ ,]|[ ,]$|\.\.|,\.|[{}']"
    r"|\ba [aeio]|\ban [^aeiou]"
    r"|\b(two|three|four|[234]|several|many) (is|in|at|on|with|each)\b"
    r"|\bthe (a|an|the)\b|\b(a|an) (a|an|the|two|pair)\b"
)
_IRREGULAR = ("mouses", "sheeps", "snowmans", "wolfs", "butterflys", "puppys", "cup of teas", "foxs", "boxs", "buss")


@worlds
def test_captions_are_tidy(world: World) -> None:
    known = set(vocabulary())
    for scene, caption in examples(world, 12000, 11):
        if not known.issuperset(words_of(caption)):
            continue
        assert not _NEVER.search(caption.replace("a pair of", "some").replace("a ufo", "the ufo")), caption
        assert not any(wrong in caption for wrong in _IRREGULAR), caption
        assert scene.count > 1 or " are " not in caption.replace("gifts are", ""), caption
        assert scene.count == 1 or " is " not in caption, caption


def test_a_caption_spells_in_one_way() -> None:
    for _, caption in examples(WHOLE, 6000, 12):
        if re.search(r"\b(colou?rs|colou?rful|colou?red|watercolou?r)\b", caption):
            assert not ("color" in caption and "colour" in caption), caption


@worlds
def test_prompts_read_like_sentences(world: World) -> None:
    known = set(vocabulary(world))
    rng = random.Random(13)
    written = [prompts(rng, world) for _ in range(4000)]
    for prompt in written:
        text = prompt.lower()
        assert 6 <= len(prompt.split()) <= 24, prompt
        assert prompt[1:] == text[1:], prompt
        assert set(words_of(text)) <= known, prompt
        assert not re.search(r"\d|\.$", text), prompt
        assert not _NEVER.search(text.replace("a ufo", "the ufo")), prompt
        assert not re.search(r"\b(\w+) \1\b", text), prompt
    assert len({prompt.lower() for prompt in written}) / len(written) > (0.6 if world is TINY else 0.99)


def test_there_are_more_prompts_than_anyone_will_read() -> None:
    """Of a sample from n things that are about as likely, about k²/2n pairs are the same."""
    rng = random.Random(14)
    drawn = 12000
    for world in (WHOLE, SMALL):
        twins = drawn - len({prompts(rng, world).lower() for _ in range(drawn)})
        assert drawn**2 / (2 * max(twins, 1)) > 1e6, world.subjects


@pytest.mark.parametrize("world", [WHOLE, SMALL, TINY], ids=["whole", "small", "tiny"])
def test_every_prompt_names_something_and_no_idle_word_does(world: World) -> None:
    named = set(naming(world))
    assert set(world.subjects) <= named <= set(vocabulary(world))
    idle = ["a", "it", "my", "wearing", "dancing", "left", "beautiful", "red", "two", "picture", "background", "over"]
    assert named.isdisjoint(idle)
    rng = random.Random(21)
    for _ in range(500):
        prompt = prompts(rng, world)
        assert named.intersection(re.findall(r"[a-z0-9]+", prompt.lower())), prompt
