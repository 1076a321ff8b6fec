"""Flags that hold several whole numbers."""

from absl import flags


def define(
  name: str, default: str, text: str, values: flags.FlagValues
) -> None:
  """Defines a flag of whole numbers with commas between them.

  Any other value ends parsing with a message that names the flag.
  """
  text += ", whole numbers with commas between them."
  flags.DEFINE_list(name, default, text, flag_values=values)
  flags.register_validator(
    name,
    lambda given: bool(given) and all(word.isdecimal() for word in given),
    "give whole numbers with commas between them",
    flag_values=values,
  )


def of(name: str, values: flags.FlagValues = flags.FLAGS) -> list[int]:
  """Returns the numbers of a flag that is parsed."""
  return [int(word) for word in values[name].value]
