"""Segments of customers: features, clustering, how many there are if any, and what sets them apart."""

from kehu.segments.choice import ChoiceOfK, choose_k
from kehu.segments.clustering import Segmentation
from kehu.segments.components import SegmentMap, segment_map
from kehu.segments.features import CustomerFeatures, features
from kehu.segments.preparation import Preparation
from kehu.segments.profile import SegmentProfile, profile

__all__ = [
    "ChoiceOfK",
    "CustomerFeatures",
    "Preparation",
    "SegmentMap",
    "SegmentProfile",
    "Segmentation",
    "choose_k",
    "features",
    "profile",
    "segment_map",
]
