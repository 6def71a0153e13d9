"""Measures: how good copies, codes and alarms are."""

from course_lib.metrics.codes import (
    active_units,
    hole_share,
    knn_accuracy,
    principal_angles,
    rate_distortion,
)
from course_lib.metrics.detection import (
    anomaly_score,
    auroc,
    average_precision,
    roc_curve,
)
from course_lib.metrics.reconstruction import (
    best_repair,
    psnr,
    reconstruction_error,
    relative_error,
    unexplained_variance,
)

__all__ = [
    "active_units",
    "anomaly_score",
    "auroc",
    "average_precision",
    "best_repair",
    "hole_share",
    "knn_accuracy",
    "principal_angles",
    "psnr",
    "rate_distortion",
    "reconstruction_error",
    "relative_error",
    "roc_curve",
    "unexplained_variance",
]
