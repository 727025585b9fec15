"""Whisper on windows of equal length: features, encoder, beam search and word times, through faster-whisper's model."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from numpy.typing import NDArray

from asr.allocator import keep_buffers
from asr.device import Choice
from asr.hearing import Heard, HeardWord
from asr.options import RATE_HZ
from asr.weights import ModelFiles, damaged

TOKENS_PER_S = 8.0
TOKENS_EXTRA = 12
"""Nobody says more tokens than `TOKENS_PER_S` per second plus this: a longer result is a loop."""

MAX_TOKENS = 224
"""Half of Whisper's context, its own limit for one window."""


def token_limit(window_s: float) -> int:
    """The most tokens that a window of this length may take; a result that reaches it is a runaway."""
    return min(int(TOKENS_PER_S * window_s) + TOKENS_EXTRA, MAX_TOKENS)


class PackedWhisper:
    """One model in memory, used by several threads at once: each runs its own batch on its own worker."""

    chooses_beam = True

    def __init__(self, files: ModelFiles, choice: Choice, workers: int, language: str) -> None:
        """Remember what to load; `load` or the first batch loads it."""
        self._files = files
        self._choice = choice
        self._workers = workers
        self._language = language
        self._lock = threading.Lock()
        self._loaded: tuple[WhisperModel, Tokenizer] | None = None

    def load(self) -> tuple[WhisperModel, Tokenizer]:
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
                multilingual = model.model.is_multilingual
                tokenizer = Tokenizer(model.hf_tokenizer, multilingual, "transcribe", self._language)
                self._loaded = (model, tokenizer)
            return self._loaded

    def hear(
        self, sounds: Sequence[NDArray[np.float32]], contents_s: Sequence[float], prompt: str, beam_size: int
    ) -> list[Heard]:
        """Decode windows of one length: `sounds` are samples at 16 kHz, of which `contents_s` seconds are content.

        What a window yields does not depend on the others in the batch. An empty prompt means none.
        """
        model, tokenizer = self.load()
        features = np.stack([model.feature_extractor(sound, padding=0) for sound in sounds])
        encoded = model.model.encode(ctranslate2.StorageView.from_array(np.ascontiguousarray(features)))
        start = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
        if prompt:
            start = [tokenizer.sot_prev, *tokenizer.encode(" " + prompt.strip()), *start]
        limit = token_limit(len(sounds[0]) / RATE_HZ)
        results = model.model.generate(
            encoded,
            [start] * len(sounds),
            beam_size=beam_size,
            # CTranslate2 counts the prompt in and takes at most half of this for new tokens.
            max_length=min(max(2 * limit, limit + len(start)), 2 * MAX_TOKENS),
            return_scores=True,
        )
        tokens = [[t for t in result.sequences_ids[0] if t < tokenizer.eot] for result in results]
        words = self._align(encoded, tokens, contents_s)
        return [Heard(w, len(t), float(result.scores[0])) for w, t, result in zip(words, tokens, results, strict=True)]

    def _align(
        self, encoded: ctranslate2.StorageView, tokens: list[list[int]], contents_s: Sequence[float]
    ) -> list[tuple[HeardWord, ...]]:
        model, tokenizer = self.load()
        if not any(tokens):
            return [()] * len(tokens)
        frames = [min(int(np.ceil(s * 100)) + 20, 2 * encoded.shape[1]) for s in contents_s]
        aligned = model.model.align(encoded, tokenizer.sot_sequence, tokens, frames)
        return [self._words(t, a) if t else () for t, a in zip(tokens, aligned, strict=True)]

    def _words(self, tokens: list[int], aligned: ctranslate2.models.WhisperAlignmentResult) -> tuple[HeardWord, ...]:
        """Join tokens to words and read their times off the alignment path: a word begins where its path does."""
        _, tokenizer = self.load()
        texts, groups = tokenizer.split_to_word_tokens([*tokens, tokenizer.eot])
        ends = np.cumsum([len(group) for group in groups[:-1]])
        starts = np.concatenate([[0], ends[:-1]]).astype(int)
        path = np.array(aligned.alignments)
        # The first time step of every token, and one more for the end mark behind the last.
        first_steps = path[np.concatenate([[True], np.diff(path[:, 0]) > 0]), 1]
        times_s = first_steps * 0.02
        probabilities = aligned.text_token_probs
        return tuple(
            HeardWord(
                text, float(times_s[a]), float(times_s[min(b, len(times_s) - 1)]), float(np.mean(probabilities[a:b]))
            )
            for text, a, b in zip(texts[:-1], starts.tolist(), ends.tolist(), strict=True)
            if text
        )
