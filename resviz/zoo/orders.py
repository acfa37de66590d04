"""The orders: where the BN and ReLU of a residual unit stand (He et al. 2016, section 4 and Fig. 4)."""

from __future__ import annotations

from resviz.core.registry import Registry
from resviz.zoo.site import Order

ORDERS: Registry[Order] = Registry("order")

POST_FORMULA = r"""x_{l+1} = \mathrm{ReLU}\big(h(x_l) + \mathcal{F}(x_l)\big), \qquad
\mathcal{F} = \mathrm{BN} \circ W \circ \mathrm{ReLU} \circ \mathrm{BN} \circ W"""
POST_TEXT = """\
The unit of 2015: BN behind each convolution, ReLU behind the first and behind the addition. That last ReLU stands on
the way of every signal, the shortcut's too, and sets what is negative to zero, so the sum over all units is exact only
as long as nothing is negative.

On CIFAR-10 the errors are 6.61 % with 110 layers and 5.93 % with 164 (He et al. 2016, Table 2), but 7.61 % with 1001,
where full pre-activation reaches 4.92 % (Table 3). The first convolution of the network has a BN and a ReLU of its own;
behind the last unit nothing is needed.

What to look at: the ReLU below the circle of the addition; in the other orders it moves.
"""

ORDERS.register(
    "post",
    title="post",
    cite="He et al. 2015; He et al. 2016, Fig. 4a",
    note="the original: ReLU behind the addition",
    formula=POST_FORMULA,
    text=POST_TEXT,
)(Order(lead=(), tail=("bn",), after=("relu",)))

BN_AFTER_FORMULA = r"""x_{l+1} = \mathrm{ReLU}\big(\mathrm{BN}(h(x_l) + \mathcal{F}(x_l))\big), \qquad
\mathcal{F} = W \circ \mathrm{ReLU} \circ \mathrm{BN} \circ W"""
BN_AFTER_TEXT = """\
BN moves behind the addition and normalises the sum, the shortcut with it. So no signal passes a unit unchanged any
more, and training is slow to begin (He et al. 2016, section 4.1 and Fig. 6). The errors are 8.17 % and 6.50 %, against
6.61 % and 5.93 % of the original (Table 2, 110 and 164 layers).

The network's first convolution has BN and ReLU, as in the original, and nothing stands behind the last unit.

What to look at: the other orders take operations off the way from x_l to x_{l+1}; this one puts one more on it.
"""

ORDERS.register(
    "bn-after-add",
    title="BN after addition",
    cite="He et al. 2016, Fig. 4b",
    note="BN and ReLU behind the addition, so BN stands on the shortcut's way",
    formula=BN_AFTER_FORMULA,
    text=BN_AFTER_TEXT,
)(Order(lead=(), tail=(), after=("bn", "relu")))

RELU_BEFORE_FORMULA = r"""x_{l+1} = h(x_l) + \mathcal{F}(x_l), \qquad
\mathcal{F} = \mathrm{ReLU} \circ \mathrm{BN} \circ W \circ \mathrm{ReLU} \circ \mathrm{BN} \circ W"""
RELU_BEFORE_TEXT = """\
The simplest way to an identity behind the addition: ReLU moves into the branch. But then a branch can only add and
never take away. With identity shortcuts the signal grows from unit to unit, where a residual should have either sign.
The errors are 7.84 % and 6.14 % (He et al. 2016, Table 2, 110 and 164 layers), worse than the original's.

The first convolution has BN and ReLU, and nothing stands behind the last unit: its output is not negative already.

What to look at: nothing stands below the addition, as in pre-activation, and yet the result is worse.
"""

ORDERS.register(
    "relu-before-add",
    title="ReLU before addition",
    cite="He et al. 2016, Fig. 4c",
    note="the branch ends in ReLU, so it can only add",
    formula=RELU_BEFORE_FORMULA,
    text=RELU_BEFORE_TEXT,
)(Order(lead=(), tail=("bn", "relu"), after=()))

RELU_ONLY_FORMULA = r"""x_{l+1} = h(x_l) + \mathcal{F}(x_l), \qquad
\mathcal{F} = \mathrm{BN} \circ W \circ \mathrm{ReLU} \circ \mathrm{BN} \circ W \circ \mathrm{ReLU}"""
RELU_ONLY_TEXT = """\
ReLU leads the branch, BN stays behind its convolutions. The addition is followed by nothing, and the branch may take
either sign. The errors, 6.71 % and 5.91 % (He et al. 2016, Table 2, 110 and 164 layers), are about the original's: the
authors suppose that this ReLU, which does not follow a BN, lacks what BN would give it.

The first unit shares its leading ReLU with the shortcut, because it stands before the two ways part, and one more ReLU
follows the last unit.

What to look at: full pre-activation, which moves BN along and is better at the same cost.
"""

ORDERS.register(
    "relu-only-pre",
    title="ReLU-only pre-activation",
    cite="He et al. 2016, Fig. 4d",
    note="ReLU leads the branch, BN follows its convolutions",
    formula=RELU_ONLY_FORMULA,
    text=RELU_ONLY_TEXT,
)(Order(lead=("relu",), tail=("bn",), after=()))

PRE_FORMULA = r"""x_{l+1} = h(x_l) + \mathcal{F}(x_l), \qquad
\mathcal{F} = W \circ \mathrm{ReLU} \circ \mathrm{BN} \circ W \circ \mathrm{ReLU} \circ \mathrm{BN}"""
PRE_TEXT = """\
BN and ReLU lead each convolution, and nothing stands behind the addition. So from unit to unit there is a clean way,
and every convolution gets a normalised input, which in the original the addition spoils. The authors see both at work:
easier training, visible with 1001 layers, and the regularisation by BN (He et al. 2016, section 4.2).

On CIFAR-10: 6.37 % with 110 layers and 5.46 % with 164, against 6.61 % and 5.93 % (Table 2); 4.92 % against 7.61 % with
1001 (Table 3). On ImageNet ResNet-200 errs 20.7 % against 21.8 %, ResNet-152 only 21.1 % against 21.3 % (Table 5).

At both ends the paper treats units apart. The activation of the first unit comes before its two ways part (on ImageNet
it is the stem's), and so does that of a unit that changes the size; one more BN and ReLU follow the last addition.
Projections have no BN.

What to look at: the picture of the first unit beside that of the others; in the table, bn1 of the first unit and the BN
in front of the classifier.
"""

ORDERS.register(
    "pre",
    title="full pre-activation",
    cite="He et al. 2016, Fig. 4e",
    note="BN and ReLU lead each convolution; nothing stands behind the addition",
    formula=PRE_FORMULA,
    text=PRE_TEXT,
)(Order(lead=("bn", "relu"), tail=(), after=()))
