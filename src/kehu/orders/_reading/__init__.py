"""The parts of `kehu.orders.read`: choosing columns, text files, workbooks, and the text in their cells."""
