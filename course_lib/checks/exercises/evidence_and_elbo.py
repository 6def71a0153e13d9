"""The exercise evidence-and-elbo of lesson 05: log p(x) and its bound."""

import torch
from torch.distributions import Normal

from course_lib.checks.engine import Exercise, Mistake


def _evidence_and_elbo(log_joint, log_q, dz):
    log_evidence = torch.log((log_joint.exp() * dz).sum())
    elbo = (log_q.exp() * (log_joint - log_q) * dz).sum()
    return log_evidence, elbo


def _one_dimensional_models(generator):
    """z ~ N(0, 1), x given z is N(a z, 1), and a q that is not quite the posterior."""
    for dz in (0.02, 0.05, 0.01):
        z = torch.arange(-8, 8 + dz / 2, dz, dtype=torch.float64)
        a, x, shift, spread = torch.rand(4, generator=generator).double() + 0.5
        posterior = Normal(a * x / (1 + a**2), 1 / torch.sqrt(1 + a**2))
        q = Normal(posterior.mean + 0.3 * shift, spread * posterior.stddev)
        log_joint = Normal(0.0, 1.0).log_prob(z) + Normal(a * z, 1.0).log_prob(x)
        yield log_joint, q.log_prob(z), dz


def _elbo(log_joint, log_q, dz):
    return _evidence_and_elbo(log_joint, log_q, dz)[1]


def _log_evidence(log_joint, log_q, dz):
    return _evidence_and_elbo(log_joint, log_q, dz)[0]


def _wrong_evidence(wrong):
    return lambda *args: (wrong(*args), _elbo(*args))


def _wrong_elbo(wrong):
    return lambda *args: (_log_evidence(*args), wrong(*args))


evidence_and_elbo = Exercise(
    name="evidence-and-elbo",
    reference=_evidence_and_elbo,
    inputs=_one_dimensional_models,
    tolerance=1e-6,
    parts=("log p(x)", "ELBO"),
    mistakes=(
        Mistake(
            "no dz at all",
            lambda log_joint, log_q, dz: (
                log_joint.exp().sum().log(),
                (log_q.exp() * (log_joint - log_q)).sum(),
            ),
            "Both sums miss dz. An integral on a grid is a sum of value times width.",
        ),
        Mistake(
            "no dz in the evidence",
            _wrong_evidence(lambda log_joint, log_q, dz: log_joint.exp().sum().log()),
            "The ELBO is right. The evidence misses dz: the log of (a sum times dz).",
        ),
        Mistake(
            "no dz in the ELBO",
            _wrong_elbo(lambda log_joint, log_q, dz: _elbo(log_joint, log_q, dz) / dz),
            "The evidence is right. The ELBO misses dz: an average under q is a sum of "
            "q(z) · dz times the value.",
        ),
        Mistake(
            "sum of logs for log of sum",
            _wrong_evidence(lambda log_joint, log_q, dz: (log_joint * dz).sum()),
            "For the evidence you summed logarithms. Probabilities add up, their "
            "logarithms do not: exp first, sum, then log.",
        ),
        Mistake(
            "evidence without its log",
            _wrong_evidence(lambda log_joint, log_q, dz: (log_joint.exp() * dz).sum()),
            "The first number is p(x). Return its logarithm.",
        ),
        Mistake(
            "no log q in the ELBO",
            _wrong_elbo(
                lambda log_joint, log_q, dz: (log_q.exp() * log_joint * dz).sum()
            ),
            "In the ELBO the −log q(z) is missing. Without it, q would do best as a "
            "spike on the one best z.",
        ),
        Mistake(
            "log q with a plus",
            _wrong_elbo(
                lambda log_joint, log_q, dz: (
                    log_q.exp() * (log_joint + log_q) * dz
                ).sum()
            ),
            "In the ELBO, log q(z) is subtracted: it is the log of a quotient.",
        ),
        Mistake(
            "sign of the ELBO",
            _wrong_elbo(lambda log_joint, log_q, dz: -_elbo(log_joint, log_q, dz)),
            "You returned the negative ELBO, which is the loss. The ELBO itself lies "
            "just below log p(x).",
        ),
        Mistake(
            "average under the joint",
            _wrong_elbo(
                lambda log_joint, log_q, dz: (
                    log_joint.exp() * (log_joint - log_q) * dz
                ).sum()
            ),
            "The ELBO is an average over z drawn from q: weigh by q(z), exp(log_q), "
            "and not by the joint.",
        ),
        Mistake(
            "weighted by log q",
            _wrong_elbo(
                lambda log_joint, log_q, dz: (log_q * (log_joint - log_q) * dz).sum()
            ),
            "The weights of an average are probabilities: exp(log_q), not log_q.",
        ),
        Mistake(
            "the other way round",
            lambda log_joint, log_q, dz: _evidence_and_elbo(log_joint, log_q, dz)[::-1],
            "Both numbers are right, in the other order: the log-evidence comes first.",
        ),
        Mistake(
            "dz outside the log",
            _wrong_evidence(
                lambda log_joint, log_q, dz: log_joint.exp().sum().log() * dz
            ),
            "dz multiplies the logarithm. It belongs to the sum inside: the log of (a "
            "sum times dz), which is log-sum plus log dz.",
        ),
        Mistake(
            "dz for its log",
            _wrong_evidence(
                lambda log_joint, log_q, dz: torch.logsumexp(log_joint, dim=0) + dz
            ),
            "You added dz itself to the logarithm. A product inside a log is a sum of "
            "logs outside: add log dz.",
        ),
        Mistake(
            "mean over the grid",
            _wrong_evidence(lambda log_joint, log_q, dz: log_joint.exp().mean().log()),
            "You took the mean over the grid's points. An integral is a sum of height "
            "times width: sum, and multiply by dz.",
        ),
        Mistake(
            "plain average for the ELBO",
            _wrong_elbo(
                lambda log_joint, log_q, dz: (log_q.exp() * (log_joint - log_q)).mean()
            ),
            "The evidence is right. The ELBO is a sum over the grid with the weights "
            "q(z) · dz, and not a mean over its points.",
        ),
        Mistake(
            "log outside the average",
            _wrong_elbo(_log_evidence),
            "Your second number is log p(x) again: the log of an average. The ELBO is "
            "the average of the log; that is step 3, and the gap.",
        ),
        Mistake(
            "the gap for the ELBO",
            _wrong_elbo(lambda *args: _log_evidence(*args) - _elbo(*args)),
            "Your second number is the gap, log p(x) − ELBO. Return the ELBO itself.",
        ),
        Mistake(
            "both negated",
            lambda *args: (-_log_evidence(*args), -_elbo(*args)),
            "Both have the sign of a loss. Return log p(x) and the ELBO themselves.",
        ),
        Mistake(
            "the evidence alone",
            _log_evidence,
            "That is the log-evidence, and right. Return the ELBO as well: two "
            "numbers, separated by a comma.",
        ),
        Mistake(
            "the ELBO alone",
            _elbo,
            "That is the ELBO, and right. Return log p(x) as well, before it: two "
            "numbers, separated by a comma.",
        ),
    ),
)
