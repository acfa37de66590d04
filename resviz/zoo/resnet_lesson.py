"""What residual networks teach, and what the literature disagrees about: the text of their family."""

from __future__ import annotations

FORMULA = r"""x_{l+1} = f\big(x_l + \mathcal{F}(x_l)\big), \qquad
x_L = x_l + \sum_{i=l}^{L-1} \mathcal{F}(x_i) \quad \text{where } f \text{ is the identity}"""
TEXT = """\
A deeper network can do all that a shallower one can: its additional layers need only be identities. Plain networks
get worse with depth all the same, and not because they overfit, since their error on the training data rises too.
He et al. 2015, Fig. 1, show it for plain networks of 20 and 56 layers on CIFAR-10. On ImageNet 34 plain layers err
more than 18 in training (Fig. 4) and in validation (28.54 % against 27.94 %, Table 2). This is the degradation problem.

A residual unit puts out x + F(x), so that its layers learn the difference F from the identity. Where the identity is
nearly right, F has to be nearly zero, which is easier to find than an identity made of non-linear layers. With
shortcuts that have no parameters, 34 layers err less than 18 (25.03 % against 27.88 %, Table 2). An ensemble of such
networks, of up to 152 layers, won ILSVRC 2015 with a top-5 error of 3.57 %.

"ResNets solve vanishing gradients" is not what the paper says. Its plain networks have batch normalisation; the
authors checked that their signals keep a variance and that their gradients have healthy norms, and hold vanishing
gradients for an unlikely cause of the difficulty (section 4.1). They conjecture instead that deep plain networks
converge exponentially slowly.

What the literature disagrees about is why it works. He et al. 2016 show that where shortcut and output of every unit
are identities, signals and gradients pass directly between any two units. Veit et al. 2016 read the same sum as 2ⁿ
paths, and measure that nearly all of the gradient in a network of 110 layers comes from paths of 5 to 17 of its 54
units, which are 0.45 % of all paths: the gradient is not carried through the whole depth, there are short ways.
Balduzzi et al. 2017 find that what suffers in plain networks is not the size of gradients but their correlation, which
decays exponentially with depth until they resemble white noise; with shortcuts it decays sublinearly.

What to look at: train Plain-20, Plain-56 and ResNet-56 and compare their errors on the training data. In the unrolled
view, remove a unit: half of the paths are left. Set the shortcut to none: there is one path.
"""
