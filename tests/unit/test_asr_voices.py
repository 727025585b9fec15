"""The speaker model on sound: shapes, short spans, and the same vectors for the same sound."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from asr.speech import Span
from asr.voices import CHUNK_S, MODEL, STEP_S, VoiceModel, model_bytes
from tests.unit.asr_signals import channel, silence, tone, voice


@pytest.fixture(scope="module")
def model() -> VoiceModel:
    return VoiceModel()


def test_a_vector_every_tenth_of_a_second(model: VoiceModel) -> None:
    spans = [Span(0.0, 2.0), Span(2.5, 2.5 + 1.5 * CHUNK_S), Span(12.0, 12.04)]
    heard = model.hear(channel(voice(13.0)), spans)
    assert len(heard.centres_s) == len(heard.owners) == len(heard.vectors)
    assert np.all(np.diff(heard.centres_s) > 0)
    for i, span in enumerate(spans):
        own = heard.centres_s[heard.owners == i]
        assert len(own) == max(1, round((span.end_s - span.start_s) / STEP_S))
        assert span.start_s < own[0] <= own[-1] < span.end_s
    assert np.allclose(np.linalg.norm(heard.vectors, axis=1), 1.0, atol=1e-3)


def test_the_same_sound_gives_the_same_vectors_at_any_level(model: VoiceModel) -> None:
    sound, spans = voice(3.0), [Span(0.2, 2.8)]
    first = model.hear(channel(sound), spans).vectors
    assert np.array_equal(model.hear(channel(sound), spans).vectors, first)
    quiet = model.hear(channel(sound * 0.25, gain=4.0), spans).vectors
    assert np.sum(quiet * first, axis=1).min() > 0.95


def test_nothing_to_hear(model: VoiceModel) -> None:
    assert model.hear(channel(voice(1.0)), []).vectors.shape == (0, 192)
    assert np.isfinite(model.hear(channel(silence(1.0)), [Span(0.2, 0.8)]).vectors).all()


def test_other_sound_is_farther_away_than_more_of_the_same(model: VoiceModel) -> None:
    sound = np.concatenate([voice(4.0, seed=3), tone(300, 2.0) + tone(900, 2.0, 0.1)])
    heard = model.hear(channel(sound), [Span(0.0, 2.0), Span(2.0, 4.0), Span(4.0, 6.0)])
    first, more, other = (heard.vectors[heard.owners == i].mean(axis=0) for i in range(3))
    assert first @ more > first @ other


def test_the_model_is_the_one_that_its_readme_names() -> None:
    from importlib.resources import files

    digest = hashlib.sha256(model_bytes()).hexdigest()
    assert digest in (files("asr") / "data" / "README.md").read_text(encoding="utf-8")
    assert MODEL in (files("asr") / "data" / "README.md").read_text(encoding="utf-8")
