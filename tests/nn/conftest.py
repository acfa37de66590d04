"""One thread: the networks of these tests are small, and the machine has others to serve."""

import torch

torch.set_num_threads(1)
