"""The classifier as a machine: what it sees, that it answers the same every time, and that its file is safe to read."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from hypothesis import given, settings
from hypothesis import strategies as st

from callqa.services.classifiers import load_examples
from models.errors import InputError, ModelError
from scoring.classifier import Classifier, evaluate, load_classifier, model_card
from scoring.classifier.evaluation import Evaluation
from scoring.classifier.examples import data_digest
from scoring.classifier.features import Extractor, spell
from scoring.classifier.labels import OUTPUTS
from scoring.classifier.model import FORMAT
from tests.unit.scoring_calls import standard

SHIPPED = (files("scoring") / "classifier" / "shipped" / "zh.skops").read_bytes()
FEATURES = ["您", "好", "0", "|您", "好|", "您好", "好，", "为您", "00", "为您服", "为您服务", "服务", "务"]
TEXTS = st.lists(st.text(alphabet="您好为服务，。？0129哈😀", max_size=9), max_size=6)


@pytest.fixture(scope="module")
def shipped() -> Classifier:
    return load_classifier(SHIPPED)


def read(said: str) -> str:
    return standard().normaliser.read(said).text


@pytest.fixture(scope="module")
def measured(shipped: Classifier) -> Evaluation:
    return evaluate(shipped, load_examples("zh", []), read)


def seen(text: str) -> set[str]:
    """The features of a text by their definition."""
    spelt = spell(text)
    return {f for f in FEATURES if f in spelt}


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_features_are_the_strings_that_occur(texts: list[str]) -> None:
    rows, columns = Extractor(FEATURES).find(texts)
    found = [set[str]() for _ in texts]
    for row, column in zip(rows, columns, strict=True):
        assert FEATURES[column] not in found[row]
        found[row].add(FEATURES[column])
    assert found == [seen(text) for text in texts]
    assert list(rows) == sorted(rows)


def test_a_text_that_holds_the_edge_is_refused() -> None:
    with pytest.raises(ValueError, match="holds"):
        Extractor(FEATURES).find(["您|好"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([e.text for e in load_examples("zh", [])]), min_size=1, max_size=30))
def test_an_answer_does_not_depend_on_what_is_asked_beside(shipped: Classifier, said: list[str]) -> None:
    texts = [read(text) for text in said]
    together = shipped.classify(texts)
    assert together.shape == (len(texts), len(OUTPUTS))
    assert np.array_equal(together, np.vstack([shipped.classify([text]) for text in texts]))
    assert ((together > 0) & (together < 1)).all()


def test_nothing_to_classify_and_nothing_known(shipped: Classifier) -> None:
    assert shipped.classify([]).shape == (0, len(OUTPUTS))
    nothing = shipped.classify(["", "ßðđ"])
    assert np.array_equal(nothing[0], nothing[1])
    assert nothing.max() < 0.9


def test_the_shipped_file_is_small_and_was_made_from_the_data_here(shipped: Classifier) -> None:
    assert len(SHIPPED) < 3 * 10**6
    assert shipped.language == "zh"
    assert shipped.data == data_digest([e for e in load_examples("zh", []) if not e.held_out])


def test_the_shipped_card_is_that_of_the_shipped_file(shipped: Classifier, measured: Evaluation) -> None:
    card = (files("scoring") / "classifier" / "shipped" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert card == model_card(shipped, measured, load_examples("zh", []))


@pytest.mark.parametrize(
    ("output", "precision", "recall"),
    [
        ("unfit", 0.85, 0.2),
        ("apology", 0.9, 0.4),
        ("commitment_concrete", 0.9, 0.4),
        ("commitment_vague", 0.85, 0.15),
        ("greeting", 0.85, 0.4),
    ],
)
def test_it_is_right_when_sure_about_families_it_has_not_seen(
    measured: Evaluation, output: str, precision: float, recall: float
) -> None:
    result = next(r for r in measured.labels if r.output == output)
    assert (result.precision[1].value or 0) >= precision
    assert (result.recall[1].value or 0) >= recall
    assert measured.calibration_error < 0.1


def test_a_complaint_of_a_customer_is_told_from_a_plain_question(measured: Evaluation) -> None:
    result = next(r for r in measured.labels if r.output == "complaint")
    assert (result.precision[0].value or 0) >= 0.75
    assert (result.recall[0].value or 0) >= 0.8


def test_skops_reads_the_same_and_finds_nothing_to_trust(shipped: Classifier) -> None:
    assert skops.io.get_untrusted_types(data=SHIPPED) == []
    content = skops.io.loads(SHIPPED, trusted=[])
    assert np.array_equal(content["weights"], shipped.weights)
    assert content["features"].count("\n") + 1 == shipped.extractor.size


def packed(**changes: Any) -> bytes:
    """A classifier file of one feature, with some parts of it changed."""
    content: dict[str, Any] = {
        "format": FORMAT,
        "language": "zh",
        "data": "sha256:0",
        "outputs": "\n".join(OUTPUTS),
        "features": "好",
        "rarity": np.ones(1, np.int16),
        "weights": np.zeros((1, len(OUTPUTS)), np.int16),
        "factor": np.zeros(len(OUTPUTS)),
        "offset": np.zeros(len(OUTPUTS)),
    }
    data: bytes = skops.io.dumps({k: v for k, v in (content | changes).items() if v is not None})
    return data


def test_a_file_of_the_least_content_is_read() -> None:
    assert load_classifier(packed()).classify(["好"])[0, 0] == 0.5


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "cannot be read"),
        (SHIPPED[:-200], "cannot be read"),
        (packed(format=FORMAT + 1), "format"),
        (packed(outputs="greeting"), "labels"),
        (packed(weights=None), "holds no 'weights'"),
        (packed(rarity=np.ones(2, np.int16)), "do not fit"),
        (packed(weights=np.zeros((2, len(OUTPUTS)), np.int16)), "do not fit"),
        (packed(offset=np.zeros(3)), "do not fit"),
        (packed(factor=np.zeros(3)), "do not fit"),
        (packed(weights={"a": 1}), "builtins.dict"),
        (packed(data={1, 2}), "builtins.set"),
        (packed(weights=np.array([[print]], object)), "numpy.ndarray"),
        (skops.io.dumps(["a"]), "another kind"),
    ],
)
def test_a_file_that_is_damaged_or_holds_more_than_numbers_and_text_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(ModelError) as error:
        load_classifier(data)
    assert said in str(error.value)


def test_a_file_that_unpacks_without_end_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", b" " * (65 * 2**20))
    with pytest.raises(ModelError, match="64 MiB"):
        load_classifier(out.getvalue())


_TRAIN = """
import hashlib, sys
from callqa.services.classifiers import load_examples
from scoring.classifier.training import train
families = {}
for e in load_examples("zh", []):
    families.setdefault(e.labels[0], {}).setdefault(e.family, []).append(e)
few = [e for label in families.values() for family in list(label.values())[:8] for e in family[:2]]
print(hashlib.sha256(train(few, str.strip, "zh")).hexdigest())
"""


@pytest.mark.slow
def test_training_again_in_another_process_gives_the_same_bytes() -> None:
    done = [
        subprocess.run(
            [sys.executable, "-c", _TRAIN],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert done[0] == done[1]


def test_a_label_of_too_few_families_cannot_be_learnt() -> None:
    from scoring.classifier.training import train

    with pytest.raises(InputError, match="families to learn from"):
        train(load_examples("zh", [])[:50], read, "zh")


def test_scoring_does_not_load_what_only_training_needs() -> None:
    code = (
        "import sys; from pathlib import Path; import callqa.cli; from callqa.classifiers import classifier_in_use\n"
        "classifier_in_use(Path('nowhere'), 'zh').classify(['您好'])\n"
        "print(sorted({'sklearn', 'scipy', 'jieba', 'skops'} & set(sys.modules)))"
    )
    env = {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
