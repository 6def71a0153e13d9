"""What right noise has in common whatever its draws: nothing depends on anything."""

import torch


def correlations(noise, again):
    """Return how noise correlates: of two calls, of rows, of columns; (3,).

    noise, again: what two calls drew, (n, d) each. All are about 0 for independent
    draws, and 1 where a draw was kept or shared; 0 also where there is no noise.
    """
    pairs = (noise, again), (noise[:-1], noise[1:]), (noise[:, :-1], noise[:, 1:])
    return torch.stack(
        [
            torch.corrcoef(torch.stack([a.flatten(), b.flatten()]))[0, 1].nan_to_num()
            for a, b in pairs
        ]
    )
