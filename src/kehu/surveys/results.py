"""Results that print well: their plain numbers, then their main table."""

from dataclasses import fields
from html import escape
from typing import Any, ClassVar

_PLAIN = (bool, int, float, str)


class Shown:
    """A frozen dataclass of results, which shows its plain fields above one of its tables."""

    _table: ClassVar[str]

    def __init_subclass__(cls, *, table: str, **options: Any) -> None:
        """Name the field that holds the main table."""
        super().__init_subclass__(**options)
        cls._table = table

    def _facts(self) -> dict[str, str]:
        values = {part.name: getattr(self, part.name) for part in fields(self) if part.repr}
        return {
            name: f"{value:.4g}" if isinstance(value, float) else str(value)
            for name, value in values.items()
            if isinstance(value, _PLAIN)
        }

    def __repr__(self) -> str:
        """Show facts above the table."""
        facts = [f"{name}: {value}" for name, value in self._facts().items()]
        table = getattr(self, self._table).to_string(float_format="{:.4g}".format)
        return "\n".join([type(self).__name__, ", ".join(facts), table])

    def _repr_html_(self) -> str:
        facts = ", ".join(f"{escape(name)}: {escape(value)}" for name, value in self._facts().items())
        table = getattr(self, self._table).to_html(float_format="{:.4g}".format)
        return f"<p><b>{type(self).__name__}</b><br>{facts}</p>{table}"
