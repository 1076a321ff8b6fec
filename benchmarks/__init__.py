"""Side-by-side measurements: both sides in one call, a ratio at the end.

Each module has `define_flags`, `measure` (sizes in, lines of text out) and a
command. Sizes can be made tiny, which is how the tests run them.
"""

from cdcc_tf.cli import startup

# Before any module of ours imports it with all its notices.
startup.quiet_tensorflow()
