"""Which cells of a sheet show zeros in front of their number, and how many digits they show."""

Widths = dict[
    int, bytearray
]  # by column: of each row, how many digits are shown; 0 where the format asks for none

ZEROS = "0{10,12}"  # formats as wide as an account number
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 20  # of a sheet; columns that hold such numbers


def note_width(found: Widths, row: int, column: int, width: int, times: int = 1) -> None:
    """Note how many digits a cell shows, and as many cells below it; rows and columns are counted from 0."""
    if 0 <= row < row + times <= _MOST_ROWS and (column in found or len(found) < _MOST_COLUMNS):
        widths = found.setdefault(column, bytearray(_MOST_ROWS))
        widths[row : row + times] = bytes([width]) * times
