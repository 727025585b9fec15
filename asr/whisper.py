"""Whisper on windows of equal length: features, encoder, beam search and word times, through faster-whisper's model."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.feature_extractor import FeatureExtractor
from faster_whisper.tokenizer import Tokenizer
from numpy.typing import NDArray

from asr.device import Choice
from asr.hearing import Heard, HeardWord, Way
from asr.options import RATE_HZ
from asr.process import keep_buffers
from asr.timings import Stage, StageClock
from asr.vocabulary import Trim, read_trim
from asr.weights import ModelFiles, damaged

TOKENS_PER_S = 8.0
TOKENS_EXTRA = 12
"""Nobody says more tokens than `TOKENS_PER_S` per second plus this: a longer result is a loop."""

MAX_TOKENS = 224
"""Half of Whisper's context, its own limit for one window."""


STATE_S = 0.02
"""Time between two states of the encoder, at the tempo of speech."""

MEDIAN_STATES = 1
"""Attention is not smoothed before words are aligned to it: that was two fifths of the alignment for the same times."""

MAX_PROMPT_TOKENS = 200
"""A prompt's share of the context of 448: with more there is no room for what is said."""


def token_limit(window_s: float) -> int:
    """The most tokens that a window of this length may take; a result that reaches it is a runaway."""
    return min(int(TOKENS_PER_S * window_s) + TOKENS_EXTRA, MAX_TOKENS)


_AFTER_CONTENT_S = 0.2
"""So much of the silence behind the content may still belong to the last word."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A model, its tokenizer, and what was trimmed off the model's tokens, if anything was."""

    model: WhisperModel
    tokenizer: Tokenizer
    trim: Trim | None

    def model_ids(self, tokens: Sequence[int]) -> list[int]:
        """The tokenizer's ids as the model counts them."""
        return list(tokens) if self.trim is None else self.trim.into(tokens)

    def text_tokens(self, ids: Sequence[int]) -> list[int]:
        """Those of the model's ids that are text, as the tokenizer counts them."""
        tokens = ids if self.trim is None else self.trim.out_of(ids)
        return [token for token in tokens if token < self.tokenizer.eot]

    def spectra(self, tempo: float) -> FeatureExtractor:
        """What turns sound into spectra: at a faster tempo fewer of them, each of as much sound as ever."""
        usual = self.model.feature_extractor
        if tempo == 1.0:
            return usual
        return FeatureExtractor(**{**self.model.feat_kwargs, "hop_length": round(usual.hop_length * tempo)})

    def start(self, prompt: str) -> list[int]:
        """What the decoder begins with, as the model counts; words that it cannot spell are left out of the prompt."""
        tokenizer = self.tokenizer
        begin = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
        if not prompt:
            return self.model_ids(begin)
        given = tokenizer.encode(" " + prompt.strip())
        if self.trim is not None:
            given = [token for token in given if token in self.trim.place]
        return self.model_ids([tokenizer.sot_prev, *given[:MAX_PROMPT_TOKENS], *begin])


class PackedWhisper:
    """One model in memory, used by several threads at once: each runs its own batch on its own worker."""

    takes_prompt_only = False

    def __init__(self, files: ModelFiles, choice: Choice, workers: int, language: str, clock: StageClock) -> None:
        """Remember what to load; `load` or the first batch loads it."""
        self._files = files
        self._clock = clock
        self._choice = choice
        self._workers = workers
        self._language = language
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None

    def load(self) -> _Loaded:
        """Load the model once; raises ModelError when its files are damaged."""
        with self._lock:
            if self._loaded is None:
                keep_buffers()
                try:
                    model = WhisperModel(
                        str(self._files.path),
                        device=self._choice.device,
                        compute_type=self._choice.compute_type,
                        # One thread per worker: two threads on one batch are half as fast as two batches.
                        cpu_threads=1,
                        num_workers=self._workers,
                        local_files_only=True,
                    )
                except (RuntimeError, ValueError, OSError) as error:
                    raise damaged(self._files, error) from error
                trim = read_trim(self._files.path)
                multilingual = trim is not None or model.model.is_multilingual
                tokenizer = Tokenizer(model.hf_tokenizer, multilingual, "transcribe", self._language)
                self._loaded = _Loaded(model, tokenizer, trim)
            return self._loaded

    def hear(self, sounds: Sequence[NDArray[np.float32]], contents_s: Sequence[float], way: Way) -> list[Heard]:
        """Decode windows of one length: `sounds` are samples at 16 kHz, of which `contents_s` seconds are content.

        What a window yields does not depend on the others in the batch.
        """
        loaded = self.load()
        with self._clock.at(Stage.FEATURES):
            spectra = loaded.spectra(way.tempo)
            features = [_even(spectra(sound, padding=0))[None] for sound in sounds]
        with self._clock.at(Stage.ENCODE):
            encoded = self._encode(loaded.model, features)
        start = loaded.start(way.prompt)
        limit = token_limit(len(sounds[0]) / RATE_HZ)
        with self._clock.at(Stage.SEARCH):
            results = loaded.model.model.generate(
                encoded,
                [start] * len(sounds),
                beam_size=way.beam_size,
                # CTranslate2 counts the prompt in and takes at most half of this for new tokens.
                max_length=min(max(2 * limit, limit + len(start)), 2 * MAX_TOKENS),
                return_scores=True,
            )
        tokens = [loaded.text_tokens(result.sequences_ids[0]) for result in results]
        with self._clock.at(Stage.ALIGN):
            words = self._align(encoded, tokens, contents_s, STATE_S * way.tempo)
        return [Heard(w, len(t), float(result.scores[0])) for w, t, result in zip(words, tokens, results, strict=True)]

    def _encode(self, model: WhisperModel, features: Sequence[NDArray[np.float32]]) -> ctranslate2.StorageView:
        """The encoder's states of all windows. On a processor one window at a time: the same numbers no slower.

        Attention is quadratic in a window's length, and eight windows of 17 s at once would take 200 MB for it.
        """
        groups = [[one] for one in features] if self._choice.device == "cpu" else [features]
        states = [
            model.model.encode(ctranslate2.StorageView.from_array(np.ascontiguousarray(np.concatenate(group))))
            for group in groups
        ]
        if len(states) == 1:
            return states[0]
        return ctranslate2.StorageView.from_array(np.concatenate([np.array(state) for state in states]))

    def _align(
        self,
        encoded: ctranslate2.StorageView,
        tokens: list[list[int]],
        contents_s: Sequence[float],
        state_s: float,
    ) -> list[tuple[HeardWord, ...]]:
        """The words of each window with their times; `state_s` is the time between two of the encoder's states."""
        loaded = self.load()
        # CTranslate2 counts the frames of the spectrum, of which there are two for each state.
        frames = [2 * min(int(np.ceil((s + _AFTER_CONTENT_S) / state_s)), encoded.shape[1]) for s in contents_s]
        sot, ids = loaded.model_ids(loaded.tokenizer.sot_sequence), [loaded.model_ids(t) for t in tokens]
        said = [i for i, own in enumerate(tokens) if own]
        # Beside longer texts a short one is padded, which can move its words by a state: on a processor each is aligned
        # alone, for less.
        together = [list(range(len(tokens)))] if said else []
        groups = [[i] for i in said] if self._choice.device == "cpu" else together
        words: list[tuple[HeardWord, ...]] = [()] * len(tokens)
        for group in groups:
            states = encoded
            if len(group) < len(ids):
                states = ctranslate2.StorageView.from_array(np.ascontiguousarray(np.asarray(encoded)[group]))
            aligned = loaded.model.model.align(
                states, sot, [ids[i] for i in group], [frames[i] for i in group], median_filter_width=MEDIAN_STATES
            )
            for i, one in zip(group, aligned, strict=True):
                words[i] = self._words(tokens[i], one, state_s) if tokens[i] else ()
        return words

    def _words(
        self, tokens: list[int], aligned: ctranslate2.models.WhisperAlignmentResult, state_s: float
    ) -> tuple[HeardWord, ...]:
        """Join tokens to words and read their times off the alignment path: a word begins where its path does."""
        tokenizer = self.load().tokenizer
        texts, groups = tokenizer.split_to_word_tokens([*tokens, tokenizer.eot])
        ends = np.cumsum([len(group) for group in groups[:-1]])
        starts = np.concatenate([[0], ends[:-1]]).astype(int)
        path = np.array(aligned.alignments)
        # The first time step of every token, and one more for the end mark behind the last.
        first_steps = path[np.concatenate([[True], np.diff(path[:, 0]) > 0]), 1]
        times_s = first_steps * state_s
        probabilities = aligned.text_token_probs
        return tuple(
            HeardWord(
                text, float(times_s[a]), float(times_s[min(b, len(times_s) - 1)]), float(np.mean(probabilities[a:b]))
            )
            for text, a, b in zip(texts[:-1], starts.tolist(), ends.tolist(), strict=True)
            if text
        )


def _even(spectrum: NDArray[np.float32]) -> NDArray[np.float32]:
    """The spectrum without its last frame where their number is odd: the encoder takes two for each state."""
    return spectrum[:, : spectrum.shape[1] // 2 * 2]
