"""What `make sabotage` breaks in a lesson, to see which of its claims fall.

A Break changes what a claim is about (the data, a network, a loss, an estimator), never
the number that it compares: that would fell any claim, and prove nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from course_lib.teaching.authoring import changes, draw_changes, loss_changes


@dataclass(frozen=True)
class Break:
    """Something that is broken on purpose.

    name: a few words for the table. changes: as replay takes them. lessons: the
    numbers of those to try it on, "02 07"; without, all that have one of its names.
    always: tried even when no claim is left standing; the others cost too much.
    """

    name: str
    changes: dict[str, Callable]
    lessons: str = ""
    always: bool = False


def _digits(change, **parts):
    return {"course_lib.data.load": partial(changes.in_digits, change, **parts)}


CHECKPOINTS, NOISE = "course_lib.checkpoints.load", "course_lib.noise.gaussian"
SAMPLE = "torch.distributions.Normal.sample"
GUMBEL = {
    "gumbel": draw_changes.gaussian_like,
    "gumbel_softmax": draw_changes.no_gumbel,
}
BASELINE = {
    "score_function": draw_changes.no_baseline,
    "score_loss_with": draw_changes.no_baseline_loss,
}
REMEDIES = {
    "warm_up": loss_changes.at_once,
    "free_bits": loss_changes.no_floor,
}
ALL = ""
BREAKS = [
    Break("no training", {"fit": changes.idle, "train": changes.idle_loop}, ALL, True),
    Break("untrained checkpoints", {CHECKPOINTS: changes.untrained}, "00 02 07", True),
    Break("others' checkpoints", {CHECKPOINTS: changes.other_recipe}, "02 07", True),
    Break("untrained judge", {"train_classifier": changes.untrained_judge}, ALL, True),
    Break("log p(x) + 100", {"evidence": changes.add_100}, ALL, True),
    Break("PCA's weights", {"fit": changes.pca_for_linear}, "02", True),
    Break(
        "the KL for nothing",
        {"kl_divergence": loss_changes.for_nothing},
        "07",
        True,
    ),
    Break("no remedies", REMEDIES, "07", True),
    Break(
        "decoder not turned",
        {"decode_turned": loss_changes.not_turned},
        "07",
        True,
    ),
    Break("half the noise", {NOISE: draw_changes.half_noise}),
    Break("KL doubled", {"closed": changes.double}),
    Break("Adam stands still", {"torch.optim.Adam.step": changes.stand_still}, "07"),
    Break("draws not Gaussian", {"torch.randn": draw_changes.uniform}, "06"),
    Break("noise not frozen", {"nudge": draw_changes.thaw}),
    Break("no ripples", {"rippled": draw_changes.no_ripples}),
    Break("no baseline", BASELINE),
    Break("a baseline always", {"score_function": draw_changes.mean_baseline}),
    Break("sign lost", {"score_function": draw_changes.lose_sign}),
    Break("no Gumbel", GUMBEL),
    Break("mean moved", {"mu": draw_changes.move}, "06"),
    Break("sample() is rsample()", {SAMPLE: draw_changes.take_rsample}, "06"),
    Break("a quiet head", {"VAE": changes.quiet_head}, "06"),
    Break("relu for softplus", {"softplus": changes.relu_for}),
    Break("sigma above 1", {"softplus": changes.above_1}),
    Break("one loss for both", {"reconstruction_loss": changes.always_squared}, "01"),
    Break("no KL", {"vae_loss": partial(changes.drop, "kl")}),
    Break("no recon", {"vae_loss": partial(changes.drop, "recon")}),
    Break("scores mixed", {"auroc": draw_changes.mix_scores}),
    Break("noise to validate", _digits(changes.scatter_last, parts=["train"]), "04"),
    Break("labels mixed", _digits(changes.mix_labels), "00 01 02 04 05"),
    Break("a gentle step", {"train": changes.gentle_loop}),
    Break("20 pictures to learn", {"fit": changes.few}),
    Break("noise for digits", _digits(changes.scatter)),
    Break("shapes for digits", _digits(changes.draw_shapes)),
    Break("no greys", _digits(changes.black_and_white), "01"),
    Break("blurred digits", _digits(changes.blur), "01"),
]
