"""How large pictures are when they are learned from and counted."""

from cdcc_tf.errors import InputError

SMALLEST, LARGEST = 16, 16_384  # pixels along a side

Size = tuple[int, int]  # height, width


def check_max_side(max_side: int | None) -> None:
  """Makes sure that what --max_side asks for makes sense; None asks nothing.

  Raises:
    InputError: it does not.
  """
  if max_side is not None and not SMALLEST <= max_side <= LARGEST:
    raise InputError(
      f"--max_side={max_side}: give {SMALLEST} to {LARGEST} pixels."
    )


def shrunk_size(size: Size, max_side: int | None) -> Size:
  """Returns the size of a picture whose longer side has a limit.

  Args:
    size: height and width in pixels.
    max_side: most pixels along the longer side; what is smaller stays as it
      is, and everything if None.
  """
  longer = max(size)
  if max_side is None or longer <= max_side:
    return size
  height, width = (max(1, round(side * max_side / longer)) for side in size)
  return height, width
