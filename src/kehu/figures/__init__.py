"""Figures and tables for reports: one style, two languages, every format a report may need."""

from kehu.figures.export import save
from kehu.figures.gallery import write_gallery
from kehu.figures.layout import check_layout
from kehu.figures.look import WIDTHS, style
from kehu.figures.record import Saved
from kehu.figures.tables import save_table

__all__ = ["WIDTHS", "Saved", "check_layout", "save", "save_table", "style", "write_gallery"]
