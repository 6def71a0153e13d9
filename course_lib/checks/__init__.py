"""The checks of the exercises: checks.squared_error(your_function) -> Verdict."""

from course_lib.checks.anomaly_detection import (
    auroc_from_ranks,
    score_per_ink,
    threshold,
)
from course_lib.checks.autoencoder_basics import (
    forward_pass,
    smallest_latent_dim,
    squared_error,
)
from course_lib.checks.denoising import add_noise, denoising_loss, psnr
from course_lib.checks.dimensionality_reduction import (
    explained_variance,
    knn_accuracy,
    pca_reconstruct,
)
from course_lib.checks.engine import CheckFailed, Exercise, Mistake, Verdict
from course_lib.checks.evidence import evidence_and_elbo, vae_loss
from course_lib.checks.gradient_estimates import gradient_check, score_gradient
from course_lib.checks.kl_and_beta import (
    active_units,
    beta_schedule,
    effective_beta,
    kl_per_dimension,
)
from course_lib.checks.reparameterization import location_scale, pathwise_gradient
from course_lib.checks.start_here import one_squared_error
from course_lib.checks.variational_autoencoder import kl_divergence, reparameterize

EXERCISES = {
    exercise.name: exercise
    for exercise in (
        one_squared_error,
        squared_error,
        forward_pass,
        smallest_latent_dim,
        pca_reconstruct,
        explained_variance,
        knn_accuracy,
        add_noise,
        psnr,
        denoising_loss,
        threshold,
        auroc_from_ranks,
        score_per_ink,
        reparameterize,
        kl_divergence,
        vae_loss,
        evidence_and_elbo,
        gradient_check,
        score_gradient,
        pathwise_gradient,
        location_scale,
        kl_per_dimension,
        effective_beta,
        active_units,
        beta_schedule,
    )
}

__all__ = [
    "EXERCISES",
    "CheckFailed",
    "Exercise",
    "Mistake",
    "Verdict",
    "active_units",
    "add_noise",
    "auroc_from_ranks",
    "beta_schedule",
    "denoising_loss",
    "effective_beta",
    "evidence_and_elbo",
    "explained_variance",
    "forward_pass",
    "gradient_check",
    "kl_divergence",
    "kl_per_dimension",
    "knn_accuracy",
    "location_scale",
    "one_squared_error",
    "pathwise_gradient",
    "pca_reconstruct",
    "psnr",
    "reparameterize",
    "score_gradient",
    "score_per_ink",
    "smallest_latent_dim",
    "squared_error",
    "threshold",
    "vae_loss",
]
