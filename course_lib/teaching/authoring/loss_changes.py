"""What breaks do to the parts of a loss: its KL, its remedies, its turned decoder."""


def for_nothing(kl_divergence):
    """Charge no nats."""
    return lambda mu, logvar: 0 * kl_divergence(mu, logvar)


def at_once(warm_up):
    """Ask for the whole price from the first update on."""
    return lambda step, steps, beta=1.0: beta


def no_floor(free_bits):
    """Have every nat paid."""
    return lambda kl, floor: kl.sum(dim=1)


def not_turned(decode_turned):
    """Leave out the opposite turn before the decoder."""
    return lambda z, degrees: decode_turned(z, 0)
