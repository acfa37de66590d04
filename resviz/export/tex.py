"""Text for LaTeX: everything escaped that it would read as a command, and our signs as its own."""

from __future__ import annotations

ESCAPES = str.maketrans({
    "\\": r"\textbackslash{}", "_": r"\_", "%": r"\%", "&": r"\&", "#": r"\#", "$": r"\$", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", "×": r"$\times$", "·": r"$\cdot$", "−": r"$-$", "→": r"$\to$", "σ": r"$\sigma$",
    "λ": r"$\lambda$", "γ": r"$\gamma$", "≈": r"$\approx$", "–": "--", "…": r"\dots{}", "²": r"$^2$", "½": r"$\frac12$",
})  # fmt: skip


def latex_text(words: str) -> str:
    """Words as LaTeX sets them; letters that its standard fonts lack stay as they are."""
    return words.translate(ESCAPES)
