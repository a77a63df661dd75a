"""A table as LaTeX with the rules of booktabs."""

from kehu.figures.cells import Sheet

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "−": r"$-$",
    "∞": r"$\infty$",
    "–": "--",
    "\n": " ",
}
# One page holds about so many rows; a longer table has to break.
_PAGE = 40


def escape(text: str) -> str:
    r"""Text that LaTeX prints as it stands.

    Examples
    --------
    >>> escape("50% of A&B_1")
    '50\\% of A\\&B\\_1'
    """
    return "".join(_SPECIAL.get(character, character) for character in text)


def write(sheet: Sheet) -> bytes:
    """Lay a table out; the first lines say what it needs to compile."""
    long = len(sheet.texts) > _PAGE
    align = "".join("r" if form else "l" for form in sheet.formats)
    head = " & ".join(map(escape, sheet.texts.columns)) + r" \\"
    rows = [" & ".join(map(escape, row)) + r" \\" for row in sheet.texts.itertuples(index=False, name=None)]
    caption = rf"\caption{{{escape(sheet.caption)}}}\label{{tab:{sheet.stem}}}"
    lines = [*_needs(sheet.language, long=long)]
    if long:
        lines += [rf"\begin{{longtable}}{{@{{}}{align}@{{}}}}", caption + r"\\"]
        lines += [r"\toprule", head, r"\midrule"]
        lines += [r"\endfirsthead", r"\toprule", head, r"\midrule", r"\endhead", *rows, r"\bottomrule"]
        lines += [r"\end{longtable}"]
        lines += [rf"{{\noindent\footnotesize {note}\par}}" for note in _notes(sheet)]
    else:
        lines += [r"\begin{table}[htbp]", r"\centering", caption, rf"\begin{{tabular}}{{@{{}}{align}@{{}}}}"]
        lines += [r"\toprule", head, r"\midrule", *rows, r"\bottomrule", r"\end{tabular}"]
        lines += [rf"\par\smallskip\parbox{{\linewidth}}{{\footnotesize {note}}}" for note in _notes(sheet)]
        lines += [r"\end{table}"]
    return ("\n".join(lines) + "\n").encode()


def _needs(language: str, *, long: bool) -> list[str]:
    packages = "booktabs,longtable" if long else "booktabs"
    if language == "zh":
        return [f"% 导言区：\\usepackage{{ctex,{packages}}}；用 xelatex 编译。"]
    return [f"% Preamble: \\usepackage{{{packages}}}; compile with xelatex or lualatex."]


def _notes(sheet: Sheet) -> list[str]:
    return [escape(line) for line in (sheet.notes or "").splitlines() if line.strip()]
