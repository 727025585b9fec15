"""The utterance classifier: what it knows, how it is trained, and how good it is. Training is in `training`, apart,
because it imports scikit-learn."""

from scoring.classifier.card import model_card, taught_card
from scoring.classifier.evaluation import Evaluation, evaluate
from scoring.classifier.examples import Example, read_examples
from scoring.classifier.file import load_classifier
from scoring.classifier.model import Classifier, Classifiers

__all__ = [
    "Classifier",
    "Classifiers",
    "Evaluation",
    "Example",
    "evaluate",
    "load_classifier",
    "model_card",
    "read_examples",
    "taught_card",
]
