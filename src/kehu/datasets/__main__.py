"""Write the data cards into ``data/README.md`` of a checkout: ``python -m kehu.datasets``."""

from kehu._files import data_folder, staged
from kehu.datasets.cards import with_cards


def main() -> None:
    """Renew the cards in ``data/README.md``."""
    page = data_folder() / "README.md"
    text = with_cards(page.read_text(encoding="utf-8"))
    with staged(page.parent) as stage:
        (stage / page.name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
